using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>Restarts, and what a sync counts for.</summary>
public sealed class PersistenceTests
{
    [Fact]
    public void A_restart_remembers_term_vote_and_log()
    {
        var group = new TestGroup(3).Start();
        group.Elect(1);
        group.Propose(1, "x");
        group.Settle();
        group.Crash(2);

        group.Restart(2);

        var core = group[2].Core;
        Assert.Equal((new Term(1), TestGroup.Id(1), new LogIndex(2)), (core.Term, core.Vote, core.Log.LastIndex));
        Assert.Equal(core.Log.LastIndex, core.PersistedIndex);
        Assert.Equal(RaftRole.Follower, core.Role);
    }

    [Fact]
    public void A_restarted_voter_does_not_vote_twice()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Say.RequestVote(2, 1, 4), group.Now);
        group[1].Work();
        group.Crash(1);
        group.Restart(1);

        group[1].Core.Step(Say.RequestVote(3, 1, 4), group.Now);
        group[1].Work();

        Assert.True(Assert.Single(group[1].Outbox).IsRejected);
    }

    [Fact]
    public void A_commit_hint_beyond_the_log_is_cut()
    {
        var group = new TestGroup(3).WithLog(1, 1, 1).WithTerm(1, 1, commit: 9).Start();

        Assert.Equal(new LogIndex(2), group[1].Core.CommitIndex);
    }

    [Fact]
    public void A_commit_hint_never_names_what_is_not_synced()
    {
        var group = new TestGroup(3).WithLog(1, 1, 1, 1).Start();
        group[1].Core.Step(Say.Append(2, 1, 2, (1, 1), [2, 2], commit: 3), group.Now);

        var ready = group[1].Collect();

        Assert.Equal(new LogIndex(3), group[1].Core.CommitIndex);
        Assert.True(ready.MustPersistHardState);
        Assert.Equal(new LogIndex(1), ready.HardState.Commit);
    }

    [Fact]
    public void A_hard_state_older_than_the_log_takes_the_logs_term_and_no_vote()
    {
        var group = new TestGroup(3).WithLog(1, 1, 7).WithTerm(1, 5, vote: 2).Start();

        Assert.Equal((new Term(7), ReplicaId.None), (group[1].Core.Term, group[1].Core.Vote));
    }

    [Fact]
    public void Entries_behind_the_checkpoint_are_applied_again_once_they_are_known_to_be_committed()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        group.Propose(1, "a");
        group.Propose(1, "b");
        group.Settle();
        group.Crash(1);

        group.Restart(1, applied: new LogIndex(2));
        group.Elect(1);

        Assert.Equal(["b"], group[1].Applied);
    }

    [Fact]
    public void More_applied_than_logged_is_refused()
    {
        var replica = new TestReplica(TestGroup.Id(1), Configuration.Empty, new RaftOptions());

        Assert.Throws<InvariantViolationException>(() => replica.Start(1, new MonoMs(0), applied: new LogIndex(1)));
    }

    [Fact]
    public void A_restarted_learner_goes_on_learning()
    {
        var group = new TestGroup(1, learners: 1).Start();
        group.Elect(1);
        group.Propose(1, "a");
        group.Settle();
        group.Crash(2);
        group.Propose(1, "b");
        group.Settle();

        group.Restart(2);
        group.Beat(1);
        group.Beat(1);
        group.Beat(1);

        Assert.Equal(["a", "b"], group[2].Applied);
        Assert.Equal(RaftRole.Follower, group[2].Core.Role);
    }

    [Fact]
    public void Entries_are_applied_only_when_synced_though_they_are_committed()
    {
        var group = new TestGroup(3).Start();
        group[1].IsDiskHeld = true;
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1, 1], commit: 2), group.Now);

        group[1].Work();
        var whileHeld = group[1].Applied.Count;
        group[1].IsDiskHeld = false;
        group[1].Work();

        Assert.Equal(0, whileHeld);
        Assert.Equal(["1@1", "2@1"], group[1].Applied);
    }

    [Fact]
    public void An_acknowledgement_waits_for_the_sync()
    {
        var group = new TestGroup(3).Start();
        group[1].IsDiskHeld = true;

        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1]), group.Now);
        group[1].Work();

        Assert.Empty(group[1].Outbox);
    }

    [Fact]
    public void A_repeated_append_is_acknowledged_only_with_the_sync_of_the_first()
    {
        var group = new TestGroup(3).Start();
        group[1].IsDiskHeld = true;
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1]), group.Now);
        group[1].Work();

        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1]), group.Now);
        group[1].Work();

        Assert.Empty(group[1].Outbox);
    }

    [Fact]
    public void A_heartbeat_of_a_new_term_is_answered_after_the_sync_and_a_later_one_at_once()
    {
        var group = new TestGroup(3).Start();
        group[1].IsDiskHeld = true;
        group[1].Core.Step(Say.Heartbeat(2, 1, 4), group.Now);
        group[1].Work();
        var whileHeld = group[1].Outbox.Count;
        group[1].IsDiskHeld = false;
        group[1].Work();
        group[1].Outbox.Clear();
        group[1].IsDiskHeld = true;

        group[1].Core.Step(Say.Heartbeat(2, 1, 4, round: 2), group.Now);
        group[1].Work();

        Assert.Equal(0, whileHeld);
        Assert.Equal(2, Assert.Single(group[1].Outbox).ReadRound);
    }

    [Fact]
    public void A_sync_of_a_replaced_entry_does_not_count()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1, 1, 1]), group.Now);
        group[1].Collect();
        group[1].Core.Step(Say.Append(3, 1, 2, (1, 1), [2]), group.Now);
        group[1].Collect();

        group[1].SyncOne();
        var after = group[1].Core.PersistedIndex;
        group[1].SyncOne();

        Assert.Equal(new LogIndex(0), after);
        Assert.Equal(new LogIndex(2), group[1].Core.PersistedIndex);
    }

    /// <summary>A-B-A: the entry came back, but on disk it lies in a later write.</summary>
    [Fact]
    public void A_sync_of_an_entry_that_was_replaced_and_came_back_does_not_count_for_the_second_write()
    {
        var group = new TestGroup(3).Start();
        group[1].Core.Step(Say.Append(2, 1, 1, (0, 0), [1, 1]), group.Now);
        group[1].Collect();
        group[1].Core.Step(Say.Append(3, 1, 2, (1, 1), [2]), group.Now);
        group[1].Collect();
        group[1].Core.Step(Say.Append(2, 1, 3, (1, 1), [1]), group.Now);
        group[1].Collect();
        Assert.Equal("1 1", group[1].Core.Log.Terms());

        group[1].SyncOne();
        var afterFirst = group[1].Core.PersistedIndex;
        group[1].SyncOne();
        var afterSecond = group[1].Core.PersistedIndex;
        group[1].SyncOne();

        Assert.True(afterFirst < new LogIndex(2));
        Assert.True(afterSecond < new LogIndex(2));
        Assert.Equal(new LogIndex(2), group[1].Core.PersistedIndex);
    }

    [Fact]
    public void A_leader_whose_write_is_late_still_counts_it_in_a_later_term()
    {
        var group = new TestGroup(1).Start();
        group.Elect(1);
        group[1].IsDiskHeld = true;
        group.Propose(1, "x");
        group[1].Work();
        group[1].Core.StepDown(group.Now);
        group[1].Core.Campaign(group.Now);
        group[1].Work();

        group[1].IsDiskHeld = false;
        group.Settle();

        Assert.Equal(["x"], group[1].Applied);
        Assert.Equal(new Term(2), group[1].Core.Term);
    }

    [Fact]
    public void A_truncation_is_told_to_the_writer_by_its_first_index()
    {
        var group = new TestGroup(3).WithLog(1, 1, 1, 1).Start();
        group[1].Core.Step(Say.Append(2, 1, 2, (1, 1), [2]), group.Now);

        var ready = group[1].Collect();

        Assert.Equal((new LogIndex(2), new LogIndex(2)), (ready.PersistFirst, ready.PersistLast));
    }

    [Fact]
    public void Applying_what_was_never_given_out_is_refused()
    {
        var group = new TestGroup(3).WithLog(1, 1, 1).Start();

        Assert.Throws<InvariantViolationException>(() => group[1].Core.OnApplied(new LogIndex(1)));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var group = new TestGroup(1, options: new RaftOptions { ElectionMinMs = 100 });

        Assert.Throws<InvariantViolationException>(() => group.Start());
    }
}
