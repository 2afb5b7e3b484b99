using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>What heartbeats tell, and who may propose.</summary>
public sealed class ProposalTests
{
    [Fact]
    public void A_heartbeat_tells_no_more_commit_than_the_peer_is_known_to_match()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(3);
        group.Propose(1, "x");
        group.Settle();

        group[1].Core.Heartbeat(group.Now);
        group[1].Work();

        var told = group[1].Outbox.FindAll(message => message.Kind == RaftMessageKind.Heartbeat);
        Assert.Equal([2, 1], told.ConvertAll(message => message.Commit.Value));
    }

    [Fact]
    public void A_proposal_to_a_follower_is_refused()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        Assert.Equal(ProposeStatus.NotLeader, group.Propose(2, "x"));
        Assert.Throws<InvariantViolationException>(
            () => group[1].Core.Propose(EntryKind.Configuration, [], out _));
    }
}
