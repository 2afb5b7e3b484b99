using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>A leader acts on its own word only while a majority surely follows it.</summary>
public sealed class LeaderConfirmationTests
{
    [Fact]
    public void A_leader_is_confirmed_only_while_a_quorum_answers()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        var atOnce = group[1].Core.IsLeaderConfirmed(group.Now);
        var after = group[1].Core.IsLeaderConfirmed(group.Now + 301);

        Assert.True(atOnce);
        Assert.False(after);
        Assert.False(group[2].Core.IsLeaderConfirmed(group.Now));
    }

    [Fact]
    public void An_answer_that_waited_while_the_leader_stood_still_confirms_the_time_of_its_question_only()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        var waiting = new List<RaftMessage>();
        group.Drop = message =>
        {
            var waits = message.Kind == RaftMessageKind.HeartbeatResponse;
            if (waits)
            {
                waiting.Add(message);
            }

            return waits;
        };
        group.Beat(1);
        var asked = group.Now;

        Assert.Equal(2, waiting.Count);
        waiting.ForEach(message => group[1].Core.Step(message, asked + 290));

        Assert.True(group[1].Core.IsLeaderConfirmed(asked + 300));
        Assert.False(group[1].Core.IsLeaderConfirmed(asked + 301));
    }

    [Fact]
    public void A_lost_answer_is_made_up_for_by_the_next()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Drop = message => message.Kind == RaftMessageKind.HeartbeatResponse;
        group.Beat(1);
        group.Drop = _ => false;
        group.Advance(500);

        Assert.True(group[1].Core.IsLeaderConfirmed(group.Now));
    }
}
