using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

public sealed class MembershipTests
{
    [Fact]
    public void A_learner_receives_the_log_and_does_not_count()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.AddBlank(4);

        var status = group.Change(1, ConfigurationChangeKind.AddLearner, 4);
        group.Settle();
        group.Isolate(2);
        group.Isolate(3);
        group.Propose(1, "x");
        group.Settle();

        Assert.Equal(ProposeStatus.Accepted, status);
        Assert.Equal(new LogIndex(3), group[4].Core.Log.LastIndex);
        Assert.Equal(new LogIndex(2), group[1].Core.CommitIndex);
        Assert.False(group[4].Core.Configuration.IsVoter(TestGroup.Id(4)));
    }

    [Fact]
    public void A_promoted_learner_counts()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        group.AddBlank(2);
        group.Change(1, ConfigurationChangeKind.AddLearner, 2);
        group.Settle();

        var status = group.Change(1, ConfigurationChangeKind.Promote, 2);
        group.Settle();
        group.Isolate(2);
        group.Propose(1, "x");
        group.Settle();

        Assert.Equal(ProposeStatus.Accepted, status);
        Assert.Equal(2, group[1].Core.Configuration.VoterCount);
        Assert.Equal(new LogIndex(3), group[1].Core.CommitIndex);
    }

    [Fact]
    public void A_change_is_in_force_when_it_is_appended()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(1);

        group.Change(1, ConfigurationChangeKind.Remove, 3);

        Assert.Equal(2, group[1].Core.Configuration.VoterCount);
        Assert.Equal(new LogIndex(2), group[1].Core.ConfigurationIndex);
        Assert.Equal(new LogIndex(1), group[1].Core.CommitIndex);
    }

    [Fact]
    public void Only_one_change_is_under_way()
    {
        var group = new TestGroup(4).Start();
        group.Elect(1);

        var first = group.Change(1, ConfigurationChangeKind.Remove, 4);
        var second = group.Change(1, ConfigurationChangeKind.Remove, 3);
        group.Settle();
        var third = group.Change(1, ConfigurationChangeKind.Remove, 3);

        Assert.Equal(
            (ProposeStatus.Accepted, ProposeStatus.ChangePending, ProposeStatus.Accepted), (first, second, third));
    }

    /// <summary>The flaw that Ongaro announced on raft-dev, 2015-07-10.</summary>
    [Fact]
    public void A_change_waits_for_an_entry_of_the_leaders_own_term()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Campaign(group.Now);
        group.Drop = message => message.EntryCount > 0;
        group.Settle();

        var before = group.Change(1, ConfigurationChangeKind.Remove, 3);
        group.Drop = _ => false;
        group.Beat(1);
        group.Beat(1);
        var after = group.Change(1, ConfigurationChangeKind.Remove, 3);

        Assert.Equal((ProposeStatus.TermNotReady, ProposeStatus.Accepted), (before, after));
    }

    [Fact]
    public void A_change_that_is_truncated_is_rolled_back()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(1);
        group.Change(1, ConfigurationChangeKind.Remove, 3);
        group.Elect(2);
        group.Propose(2, "x");
        group.Settle();

        group.Heal();
        group.Beat(2);
        group.Beat(2);

        Assert.Equal(3, group[1].Core.Configuration.VoterCount);
        Assert.Equal(new LogIndex(0), group[1].Core.ConfigurationIndex);
        Assert.Equal(group[2].Core.Log.Terms(), group[1].Core.Log.Terms());
    }

    [Fact]
    public void A_removed_leader_leads_until_its_removal_is_committed_and_lets_another_campaign()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Drop = message => message.Kind == RaftMessageKind.AppendResponse;

        group.Change(1, ConfigurationChangeKind.Remove, 1);
        group.Settle();
        var before = group[1].Core.Role;
        group.Drop = _ => false;
        group.Beat(1);
        group.Beat(1);

        Assert.Equal(RaftRole.Leader, before);
        Assert.Equal(RaftRole.Follower, group[1].Core.Role);
        Assert.NotNull(group.Leader());
        Assert.Equal(2, group.Leader()!.Core.Configuration.VoterCount);
    }

    [Fact]
    public void A_leader_that_removes_itself_does_not_count_its_own_copy()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(3);

        group.Change(1, ConfigurationChangeKind.Remove, 1);
        group.Settle();

        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(new LogIndex(1), group[1].Core.CommitIndex);
    }

    [Fact]
    public void Removing_a_dead_voter_commits_what_waited_for_it()
    {
        var group = new TestGroup(2).Start();
        group.Elect(1);
        group.Isolate(2);
        group.Propose(1, "x");
        group.Settle();
        var before = group[1].Core.CommitIndex;

        group.Change(1, ConfigurationChangeKind.Remove, 2);
        group.Settle();

        Assert.Equal(new LogIndex(1), before);
        Assert.Equal(["x"], group[1].Applied);
    }

    [Fact]
    public void A_removed_replica_does_not_disturb()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Change(1, ConfigurationChangeKind.Remove, 3);
        group.Settle();

        group.Advance(5_000);

        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(new Term(1), group[1].Core.Term);
    }

    [Theory]
    [InlineData(ConfigurationChangeKind.AddLearner, 2)]
    [InlineData(ConfigurationChangeKind.Promote, 2)]
    [InlineData(ConfigurationChangeKind.Promote, 9)]
    [InlineData(ConfigurationChangeKind.Remove, 9)]
    [InlineData((ConfigurationChangeKind)7, 2)]
    public void A_change_that_does_not_fit_is_refused(ConfigurationChangeKind kind, int replica)
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        Assert.Equal(ProposeStatus.Invalid, group.Change(1, kind, replica));
        Assert.Equal(ProposeStatus.NotLeader, group.Change(2, ConfigurationChangeKind.Remove, 3));
    }

    [Fact]
    public void The_last_voter_stays()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);

        Assert.Equal(ProposeStatus.Invalid, group.Change(1, ConfigurationChangeKind.Remove, 1));
    }

    [Fact]
    public void A_change_survives_a_restart_of_all()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Change(1, ConfigurationChangeKind.Remove, 3);
        group.Settle();
        group.Crash(1);
        group.Crash(2);
        group.Crash(3);

        group.Start();

        Assert.Equal(2, group[1].Core.Configuration.VoterCount);
        group.Elect(2);
        Assert.Equal(2, group[2].Core.Configuration.VoterCount);
    }

    [Fact]
    public void A_replica_votes_before_it_knows_that_it_was_promoted()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        group.AddBlank(2);
        group.Change(1, ConfigurationChangeKind.AddLearner, 2);
        group.Settle();

        group[2].Core.Step(Say.RequestVote(1, 2, 5, 9, 1) with { IsForced = true }, group.Now);

        Assert.Equal(TestGroup.Id(1), group[2].Core.Vote);
    }

    [Fact]
    public void A_leader_tells_how_far_its_members_are()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Propose(1, "x");
        group.Settle();
        group.Beat(1);
        group.Beat(1);

        Assert.True(group[1].Core.TryGetProgress(TestGroup.Id(2), out var match, out var applied));
        Assert.Equal((new LogIndex(2), new LogIndex(2)), (match, applied));
        Assert.True(group[1].Core.TryGetProgress(TestGroup.Id(1), out match, out _));
        Assert.Equal(new LogIndex(2), match);
        Assert.False(group[1].Core.TryGetProgress(TestGroup.Id(9), out _, out _));
        Assert.False(group[2].Core.TryGetProgress(TestGroup.Id(2), out _, out _));
    }
}
