using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>PreVote, CheckQuorum, disruptive servers, liveness.</summary>
public sealed class ElectionTests
{
    [Fact]
    public void A_pre_vote_changes_no_term_and_no_disk()
    {
        var group = new TestGroup(3).WithTerm(1, 4).WithTerm(2, 4).Start();
        group.Isolate(1);

        group[1].Core.Campaign(group.Now);
        group.Settle();

        Assert.Equal(RaftRole.PreCandidate, group[1].Core.Role);
        Assert.Equal(new Term(4), group[1].Core.Term);
        Assert.Equal(new Term(4), group[1].Disk.HardState.Term);
    }

    [Fact]
    public void A_pre_vote_grant_is_no_vote()
    {
        var group = new TestGroup(3).Start();

        group[1].Core.Step(Say.RequestPreVote(2, 1, 1), group.Now);
        group[1].Core.Step(Say.RequestPreVote(3, 1, 1), group.Now);
        group[1].Work();

        Assert.Equal(ReplicaId.None, group[1].Core.Vote);
        Assert.Equal(new Term(0), group[1].Core.Term);
        Assert.All(group[1].Outbox, answer => Assert.False(answer.IsRejected));
    }

    [Fact]
    public void A_replica_that_was_cut_off_does_not_disturb_when_it_returns()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Isolate(3);
        group.Advance(5_000);

        group.Heal();
        group.Advance(2_000);

        Assert.Equal(new Term(1), group[3].Core.Term);
        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(TestGroup.Id(1), group[3].Core.Leader);
    }

    [Fact]
    public void Nobody_gets_a_pre_vote_while_a_leader_is_heard()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Beat(1);

        group[3].Core.Campaign(group.Now);
        group.Settle();

        Assert.NotEqual(RaftRole.Leader, group[3].Core.Role);
        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
    }

    [Fact]
    public void A_vote_request_of_a_newer_term_is_ignored_while_a_leader_is_heard()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Beat(1);

        group[2].Core.Step(Say.RequestVote(3, 2, 7, 99, 6), group.Now);
        group[1].Core.Step(Say.RequestVote(3, 1, 7, 99, 6), group.Now);

        Assert.Equal(new Term(1), group[2].Core.Term);
        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
    }

    [Fact]
    public void A_forced_vote_request_is_answered_though_a_leader_is_heard()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Beat(1);

        group[2].Core.Step(Say.RequestVote(3, 2, 7, 99, 6) with { IsForced = true }, group.Now);

        Assert.Equal(TestGroup.Id(3), group[2].Core.Vote);
    }

    [Fact]
    public void A_leader_that_hears_no_quorum_steps_down()
    {
        var group = new TestGroup(5).Start();
        group.Elect(1);
        group.Isolate(1);

        group.Advance(1_000);

        Assert.NotEqual(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(new Term(1), group[1].Core.Term);
    }

    [Fact]
    public void A_leader_that_hears_just_a_quorum_stays()
    {
        var group = new TestGroup(5).Start();
        group.Elect(1);
        group.Isolate(4);
        group.Isolate(5);

        group.Advance(5_000);

        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(new Term(1), group[1].Core.Term);
    }

    [Fact]
    public void Learners_do_not_keep_a_leader_in_office()
    {
        var group = new TestGroup(3, learners: 4).Start();
        group.Elect(1);
        group.Isolate(2);
        group.Isolate(3);

        group.Advance(1_000);

        Assert.NotEqual(RaftRole.Leader, group[1].Core.Role);
    }

    /// <summary>The higher term must not win over the longer log, and must not block it either.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_higher_term_with_a_shorter_log_never_blocks_an_election(bool thirdIsDown)
    {
        var group = new TestGroup(3).WithLog(1, 1, 1, 2).WithLog(3, 1, 1, 2)
           .WithTerm(1, 2).WithTerm(2, 10).Start();
        if (thirdIsDown)
        {
            group.Crash(3);
        }

        group.Advance(5_000);

        Assert.NotNull(group.Leader());
        Assert.StartsWith("1 1 2", group[2].Core.Log.Terms(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_leader_steps_down_for_a_stuck_candidate_of_a_higher_term_and_then_wins_again()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Crash(3);
        group.WithTerm(3, 20, vote: 3);
        group.Restart(3);

        group.Advance(5_000);

        var leader = group.Leader();
        Assert.NotNull(leader);
        Assert.True(leader.Core.Term > new Term(20));
        Assert.Equal(leader.Id, group[3].Core.Leader);
    }

    [Fact]
    public void A_stale_vote_request_is_refused_with_the_newer_term()
    {
        var group = new TestGroup(3).WithTerm(1, 5).Start();

        group[1].Core.Step(Say.RequestVote(2, 1, 3), group.Now);
        group[1].Work();

        var answer = Assert.Single(group[1].Outbox);
        Assert.Equal((RaftMessageKind.VoteResponse, true, new Term(5)), (answer.Kind, answer.IsRejected, answer.Term));
    }

    [Fact]
    public void A_majority_of_refusals_ends_a_candidacy()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Campaign(group.Now);
        group[1].Core.Step(Say.Message(RaftMessageKind.PreVoteResponse, 2, 1, 1), group.Now);
        group[1].Work();

        group[1].Core.Step(Say.Vote(2, 1, 1, granted: false), group.Now);
        group[1].Core.Step(Say.Vote(3, 1, 1, granted: false), group.Now);

        Assert.Equal(RaftRole.Follower, group[1].Core.Role);
        Assert.Equal(TestGroup.Id(1), group[1].Core.Vote);
    }

    [Fact]
    public void A_late_pre_vote_of_an_earlier_term_does_not_count()
    {
        var group = new TestGroup(3).WithTerm(1, 4).Start();
        group[1].Core.Campaign(group.Now);

        group[1].Core.Step(Say.Message(RaftMessageKind.PreVoteResponse, 2, 1, 6), group.Now);
        group[1].Core.Step(Say.Message(RaftMessageKind.PreVoteResponse, 3, 1, 4), group.Now);

        Assert.Equal(RaftRole.PreCandidate, group[1].Core.Role);
    }

    [Fact]
    public void A_replica_that_may_not_campaign_votes_and_follows_all_the_same()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.SetCampaignAllowed(allowed: false);

        group[1].Core.Campaign(group.Now);
        group[1].Core.Tick(group.Now + 10_000);
        group.Crash(3);
        group.Elect(2);

        Assert.Equal(TestGroup.Id(2), group[1].Core.Leader);
        Assert.Equal(TestGroup.Id(2), group[1].Core.Vote);
    }

    [Fact]
    public void A_candidate_that_may_no_longer_campaign_stops()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Campaign(group.Now);

        group[1].Core.SetCampaignAllowed(allowed: false);

        Assert.Equal(RaftRole.Follower, group[1].Core.Role);
    }

    [Fact]
    public void A_replica_outside_of_its_configuration_never_campaigns()
    {
        var group = new TestGroup(3).Start();
        var blank = group.AddBlank(9);

        blank.Core.Campaign(group.Now);
        blank.Core.Tick(group.Now + 10_000);

        Assert.Equal(RaftRole.Follower, blank.Core.Role);
        Assert.False(blank.Core.Log.LastIndex > default(LogIndex));
    }

    [Fact]
    public void A_learner_never_campaigns()
    {
        var group = new TestGroup(1, learners: 1).Start();

        group[2].Core.Campaign(group.Now);
        group[2].Core.Tick(group.Now + 10_000);

        Assert.Equal(RaftRole.Follower, group[2].Core.Role);
    }

    [Fact]
    public void A_group_of_one_leads_and_commits_after_its_own_sync()
    {
        var group = new TestGroup(1).Start();
        group[1].IsDiskHeld = true;
        group[1].Core.Campaign(group.Now);
        group[1].Work();
        var whileHeld = group[1].Core.Role;

        group[1].IsDiskHeld = false;
        group.Settle();
        group.Propose(1, "x");
        group.Settle();

        Assert.Equal(RaftRole.Candidate, whileHeld);
        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(["x"], group[1].Applied);
    }

    [Fact]
    public void A_group_of_one_does_not_commit_before_its_sync()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        group[1].IsDiskHeld = true;

        group.Propose(1, "x");
        group.Settle();

        Assert.Equal(new LogIndex(1), group[1].Core.CommitIndex);
        Assert.Empty(group[1].Applied);
    }

    [Fact]
    public void A_leader_that_steps_down_keeps_its_term_and_vote()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);

        group[1].Core.StepDown(group.Now);

        Assert.Equal((RaftRole.Follower, new Term(1)), (group[1].Core.Role, group[1].Core.Term));
        Assert.Equal(TestGroup.Id(1), group[1].Core.Vote);
    }

    [Fact]
    public void A_second_leader_of_the_same_term_is_not_obeyed()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Beat(1);

        group[1].Core.Step(Say.Append(3, 1, 1, (0, 0), [1, 1, 1]), group.Now);
        group[2].Core.Step(Say.Append(3, 2, 1, (0, 0), [1, 1, 1]), group.Now);

        Assert.Equal(RaftRole.Leader, group[1].Core.Role);
        Assert.Equal(TestGroup.Id(1), group[2].Core.Leader);
        Assert.Equal(new LogIndex(1), group[2].Core.Log.LastIndex);
    }

    [Fact]
    public void Messages_for_another_replica_group_or_from_oneself_are_ignored()
    {
        var group = new TestGroup(3).Start();
        var core = group[1].Core;

        core.Step(Say.Heartbeat(2, 3, 5), group.Now);
        core.Step(Say.Heartbeat(1, 1, 5), group.Now);
        core.Step(Say.Heartbeat(2, 1, 5) with { Group = new GroupId(8) }, group.Now);

        Assert.Equal(new Term(0), core.Term);
    }

    [Fact]
    public void An_idle_tick_does_nothing()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Settle();

        foreach (var replica in group.All)
        {
            replica.Core.Tick(replica.Core.NextDeadline - 1);
        }

        Assert.All(group.All, replica => Assert.False(replica.Core.HasReady));
    }

    [Fact]
    public void A_dead_leader_is_replaced_within_a_second()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Advance(1_000);

        group.Crash(1);
        group.Advance(1_000);

        Assert.NotNull(group.Leader());
    }
}
