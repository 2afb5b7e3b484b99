using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

public sealed partial class PaperTests
{
    /// <summary>Figure 7: all six kinds of followers that a new leader of term 8 may meet.</summary>
    [Theory]
    [InlineData(new[] { 1, 1, 1, 4, 4, 5, 5, 6, 6 })]
    [InlineData(new[] { 1, 1, 1, 4 })]
    [InlineData(new[] { 1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6 })]
    [InlineData(new[] { 1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7 })]
    [InlineData(new[] { 1, 1, 1, 4, 4, 4, 4 })]
    [InlineData(new[] { 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3 })]
    public void Figure_7_a_leader_brings_every_follower_to_its_own_log(int[] followerLog)
    {
        int[] leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
        var group = new TestGroup(3).WithLog(1, leaderLog).WithLog(2, followerLog)
            .WithTerm(1, 7).WithTerm(2, 7).Start();

        group.Elect(1);

        Assert.Equal("1 1 1 4 4 5 5 6 6 6 8", group[1].Core.Log.Terms());
        Assert.Equal(group[1].Core.Log.Terms(), group[2].Core.Log.Terms());
        Assert.Equal(group[1].Core.Log.Terms(), group[3].Core.Log.Terms());
    }

    /// <summary>Figure 8: an entry of an earlier term on a majority is not committed by counting.</summary>
    [Fact]
    public void Figure_8_a_leader_commits_an_earlier_term_only_with_an_entry_of_its_own()
    {
        var group = new TestGroup(5).WithLog(1, 1, 2).WithLog(2, 1, 2).WithLog(3, 1)
            .WithTerm(1, 3).WithTerm(2, 3).Start();
        group[1].Core.Campaign(group.Now);
        group.Drop = message => message.EntryCount > 0;
        group.Settle();
        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal("1 2 4", group[1].Core.Log.Terms());

        group[1].Core.Step(Say.Accept(2, 1, 4, match: 2), group.Now);
        group[1].Core.Step(Say.Accept(3, 1, 4, match: 2), group.Now);
        var byCount = group[1].Core.CommitIndex;
        group[1].Core.Step(Say.Accept(2, 1, 4, match: 3), group.Now);
        group[1].Core.Step(Say.Accept(3, 1, 4, match: 3), group.Now);

        Assert.Equal(new LogIndex(0), byCount);
        Assert.Equal(new LogIndex(3), group[1].Core.CommitIndex);
    }

    [Theory]
    [InlineData(new[] { 1 }, 1, 1, true)]
    [InlineData(new[] { 1 }, 2, 1, true)]
    [InlineData(new[] { 1, 1 }, 1, 1, false)]
    [InlineData(new[] { 1 }, 1, 2, true)]
    [InlineData(new[] { 1, 1 }, 1, 2, true)]
    [InlineData(new[] { 2 }, 1, 1, false)]
    [InlineData(new[] { 2 }, 2, 1, false)]
    [InlineData(new[] { 2, 2 }, 1, 1, false)]
    public void Section_5_4_1_only_a_candidate_with_a_log_as_new_gets_the_vote(
        int[] log, int lastIndex, int lastTerm, bool isGranted)
    {
        var group = new TestGroup(3).WithLog(1, log).Start();

        group[1].Core.Step(Say.RequestVote(2, 1, 3, lastIndex, lastTerm), group.Now);
        group[1].Work();

        Assert.Equal(!isGranted, Assert.Single(group[1].Outbox).IsRejected);
        Assert.Equal(isGranted ? TestGroup.Id(2) : ReplicaId.None, group[1].Core.Vote);
    }

    [Fact]
    public void Section_8_a_new_leader_begins_its_term_with_an_empty_entry()
    {
        var group = new TestGroup(3).Start();

        group.Elect(1);

        Assert.True(group[1].Core.Log.TryGet(new LogIndex(1), out var entry));
        Assert.Equal(EntryKind.Empty, entry.Kind);
        Assert.True(group[1].Core.HasCommittedInTerm);
    }
}
