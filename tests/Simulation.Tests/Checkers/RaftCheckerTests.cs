using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Raft;

namespace TimeMachine.Simulation.Tests.Checkers;

public sealed class RaftCheckerTests
{
    private readonly RaftStage _stage = new();

    [Fact]
    public void A_plain_life_of_a_group_is_not_complained_about()
    {
        _stage.WithOneCommitted().Commit(_stage.B, 1).Commit(_stage.C, 1);
        _stage.Append(_stage.A, 2, RaftStage.Fact(1, 11)).Append(_stage.B, 2, RaftStage.Fact(1, 11));
        _stage.Sync(_stage.A, _stage.B).Commit(_stage.A, 2);

        _stage.Raft.Applied(_stage.A, new LogIndex(1), 7);
        _stage.Raft.Applied(_stage.B, new LogIndex(1), 7);

        _stage.ShouldHaveFoundNothing();
    }

    [Fact]
    public void A_follower_that_commits_further_than_it_was_told_is_found()
    {
        _stage.WithOneCommitted().CommitUntold(_stage.B, 1);

        _stage.ShouldHaveFound("commit-told");
    }

    [Fact]
    public void A_write_under_way_that_counts_as_persisted_is_found()
    {
        _stage.WithOneCommitted().Append(_stage.B, 2, RaftStage.Fact(1, 11));

        _stage.Raft.PersistedCounted(_stage.B, new LogIndex(1));
        _stage.ShouldHaveFoundNothing();

        _stage.Raft.PersistedCounted(_stage.B, new LogIndex(2));
        _stage.ShouldHaveFound("persisted-early");
    }

    [Fact]
    public void Two_leaders_of_one_term_are_found()
    {
        _stage.Lead(_stage.A, 3).Lead(_stage.B, 3);

        _stage.ShouldHaveFound("election-safety");
    }

    [Fact]
    public void Leaders_of_different_terms_are_fine()
    {
        _stage.Lead(_stage.A, 3).Lead(_stage.B, 4);

        _stage.ShouldHaveFoundNothing();
    }

    [Fact]
    public void Two_entries_at_one_index_and_term_are_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Append(_stage.B, 1, RaftStage.Fact(1, 99));

        _stage.ShouldHaveFound("log-matching");
    }

    [Fact]
    public void Equal_entries_behind_different_logs_are_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10), RaftStage.Fact(3, 30));
        _stage.Append(_stage.B, 1, RaftStage.Fact(2, 20), RaftStage.Fact(3, 30));

        _stage.ShouldHaveFound("log-matching");
    }

    [Fact]
    public void A_leader_without_a_committed_entry_is_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Append(_stage.B, 1, RaftStage.Fact(1, 10));
        _stage.Sync(_stage.A, _stage.B).Lead(_stage.A, 1).Commit(_stage.A, 1);

        _stage.Lead(_stage.C, 2);

        _stage.ShouldHaveFound("leader-completeness");
    }

    [Fact]
    public void A_late_leader_of_an_older_term_need_not_hold_what_a_newer_one_committed()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(5, 10)).Append(_stage.B, 1, RaftStage.Fact(5, 10));
        _stage.Sync(_stage.A, _stage.B).Lead(_stage.A, 5).Commit(_stage.A, 1);

        _stage.Lead(_stage.C, 4);

        _stage.ShouldHaveFoundNothing();
    }

    [Fact]
    public void A_commit_that_no_majority_has_synced_is_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Append(_stage.B, 1, RaftStage.Fact(1, 10));
        _stage.Sync(_stage.A).Lead(_stage.A, 1).Commit(_stage.A, 1);

        _stage.ShouldHaveFound("commit-synced");
    }

    [Fact]
    public void An_entry_of_an_old_term_committed_by_count_is_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Append(_stage.B, 1, RaftStage.Fact(1, 10));
        _stage.Sync(_stage.A, _stage.B).Lead(_stage.A, 3).Commit(_stage.A, 1);

        _stage.ShouldHaveFound("commit-term");
    }

    [Fact]
    public void A_replica_that_commits_another_entry_is_found()
    {
        _stage.WithOneCommitted();
        var other = _stage.Open(4);
        _stage.Append(other, 1, RaftStage.Fact(2, 66)).Sync(other).Commit(other, 1);

        _stage.ShouldHaveFound("state-machine-safety");
    }

    [Fact]
    public void Cutting_a_matching_entry_is_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10), RaftStage.Fact(1, 11));

        _stage.Append(_stage.A, 2, RaftStage.Fact(1, 11));

        _stage.ShouldHaveFound("truncate-matching");
    }

    [Fact]
    public void Cutting_the_tail_behind_a_matching_entry_is_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10), RaftStage.Fact(1, 11));

        _stage.Raft.Observe(_stage.A, _stage.A.State with { Term = new Term(1), Last = new LogIndex(1) });

        _stage.ShouldHaveFound("truncate-matching");
    }

    [Fact]
    public void Replacing_a_conflicting_tail_is_fine()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10), RaftStage.Fact(1, 11));

        _stage.Append(_stage.A, 2, RaftStage.Fact(2, 20));

        _stage.ShouldHaveFoundNothing();
        Assert.Equal(1, _stage.Observer.Reach[Reach.LogTruncated]);
    }

    [Fact]
    public void Cutting_a_committed_entry_is_found()
    {
        _stage.WithOneCommitted();

        _stage.Append(_stage.A, 1, RaftStage.Fact(2, 20));

        _stage.ShouldHaveFound("truncate-committed");
    }

    [Fact]
    public void An_acknowledgement_before_the_sync_is_found()
    {
        _stage.Append(_stage.B, 1, RaftStage.Fact(1, 10));
        _stage.Raft.BatchSealed(_stage.B.Node, 1);

        _stage.Raft.AppendAckLeft(_stage.B, default, new LogIndex(1));

        _stage.ShouldHaveFound("ack-before-sync");
    }

    [Fact]
    public void An_acknowledgement_behind_the_sync_is_fine()
    {
        _stage.Append(_stage.B, 1, RaftStage.Fact(1, 10)).Vote(_stage.B, 1, 1).Sync(_stage.B);

        _stage.Raft.AppendAckLeft(_stage.B, new Term(1), new LogIndex(1));

        _stage.ShouldHaveFoundNothing();
    }

    [Fact]
    public void A_vote_before_the_sync_is_found()
    {
        _stage.Vote(_stage.B, 2, 1);

        _stage.Raft.VoteGrantLeft(_stage.B, new ReplicaId(1), new Term(2));

        _stage.ShouldHaveFound("vote-before-sync");
    }

    [Fact]
    public void Two_votes_in_one_term_are_found()
    {
        _stage.Vote(_stage.B, 2, 1).Sync(_stage.B);
        _stage.Raft.VoteGrantLeft(_stage.B, new ReplicaId(1), new Term(2));

        _stage.Raft.VoteGrantLeft(_stage.B, new ReplicaId(3), new Term(2));

        _stage.ShouldHaveFound("double-vote");
    }

    [Fact]
    public void A_dead_replica_that_votes_is_found()
    {
        _stage.Vote(_stage.B, 2, 1).Sync(_stage.B);
        _stage.Raft.ReplicaDied(RaftStage.Group, _stage.B.Replica);

        _stage.Raft.VoteGrantLeft(_stage.B, new ReplicaId(1), new Term(2));

        _stage.ShouldHaveFound("dead-replica");
    }

    [Fact]
    public void A_wiped_replica_that_keeps_its_id_is_found()
    {
        _stage.Raft.ReplicaDied(RaftStage.Group, _stage.B.Replica);

        _stage.Open(2);

        _stage.ShouldHaveFound("dead-replica");
    }

    [Fact]
    public void A_vote_that_a_restart_forgets_is_found()
    {
        _stage.Vote(_stage.A, 2, 3).Sync(_stage.A);
        _stage.Observer.NodeCrashed(_stage.A.Node);

        _stage.Open(1, new RecoveredReplica
        {
            Replica = new ReplicaId(1),
            Hard = new HardFact(new Term(2), ReplicaId.None, default),
        });

        _stage.ShouldHaveFound("disk-vote");
    }

    [Fact]
    public void Synced_entries_that_a_restart_forgets_are_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Sync(_stage.A);
        _stage.Observer.NodeCrashed(_stage.A.Node);

        _stage.Open(1);

        _stage.ShouldHaveFound("disk-log");
    }

    [Fact]
    public void An_unsynced_entry_may_have_taken_the_place_of_a_synced_one_by_the_next_restart()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Sync(_stage.A).Append(_stage.A, 1, RaftStage.Fact(2, 11));
        _stage.Observer.NodeCrashed(_stage.A.Node);

        _stage.Open(1, new RecoveredReplica { Replica = new ReplicaId(1), Entries = [RaftStage.Fact(2, 11)] });

        _stage.ShouldHaveFoundNothing();
    }

    [Fact]
    public void Unsynced_entries_may_be_lost_or_survive_a_restart()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Append(_stage.B, 1, RaftStage.Fact(1, 10));
        _stage.Observer.NodeCrashed(_stage.A.Node);
        _stage.Observer.NodeCrashed(_stage.B.Node);

        _stage.Open(1);
        _stage.Open(2, new RecoveredReplica { Replica = new ReplicaId(2), Entries = [RaftStage.Fact(1, 10)] });

        _stage.ShouldHaveFoundNothing();
    }

    [Fact]
    public void A_term_that_falls_is_found()
    {
        _stage.Raft.Observe(_stage.A, new ReplicaState { Term = new Term(4) });

        _stage.Raft.Observe(_stage.A, new ReplicaState { Term = new Term(3) });

        _stage.ShouldHaveFound("term-monotonic");
    }

    [Fact]
    public void A_vote_that_changes_within_a_term_is_found()
    {
        _stage.Raft.Observe(_stage.A, new ReplicaState { Term = new Term(4), Vote = new ReplicaId(2) });

        _stage.Raft.Observe(_stage.A, new ReplicaState { Term = new Term(4), Vote = new ReplicaId(3) });

        _stage.ShouldHaveFound("vote-monotonic");
    }

    [Fact]
    public void A_commit_index_that_falls_is_found()
    {
        _stage.WithOneCommitted();

        _stage.Raft.Observe(_stage.A, _stage.A.State with { Commit = default });

        _stage.ShouldHaveFound("commit-monotonic");
    }

    [Fact]
    public void A_second_membership_change_under_way_is_found()
    {
        _stage.WithOneCommitted();

        _stage.Append(_stage.A, 2, RaftStage.Fact(1, 11, true));
        _stage.Append(_stage.A, 3, RaftStage.Fact(1, 12, true));

        _stage.ShouldHaveFound("membership");
    }

    [Fact]
    public void A_change_of_two_voters_at_once_is_found()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 11, true));

        _stage.Raft.ConfigurationObserved(_stage.A, new LogIndex(1), [new(1), new(4), new(5)]);

        _stage.ShouldHaveFound("membership");
    }

    [Fact]
    public void A_skipped_entry_at_apply_is_found()
    {
        _stage.WithOneCommitted().Append(_stage.A, 2, RaftStage.Fact(1, 11));

        _stage.Raft.Applied(_stage.A, new LogIndex(2), 7);

        _stage.ShouldHaveFound("apply-order");
        _stage.ShouldHaveFound("apply-committed");
    }

    [Fact]
    public void Replicas_with_another_content_at_one_index_are_found()
    {
        _stage.WithOneCommitted();
        _stage.Raft.Applied(_stage.A, new LogIndex(1), 7);

        _stage.Raft.Applied(_stage.B, new LogIndex(1), 8);

        _stage.ShouldHaveFound("content-hash");
    }

    [Fact]
    public void Replay_over_a_newer_state_is_found()
    {
        _stage.WithOneCommitted();
        _stage.Raft.Applied(_stage.A, new LogIndex(1), 7);
        _stage.Observer.NodeCrashed(_stage.B.Node);

        _stage.Open(2, new RecoveredReplica
        {
            Replica = new ReplicaId(2),
            Hard = new HardFact(new Term(1), new ReplicaId(1), default),
            Entries = [RaftStage.Fact(1, 10)],
            Applied = new LogIndex(1),
            ContentHash = 9,
        });

        _stage.ShouldHaveFound("content-hash");
    }

    [Fact]
    public void An_image_of_what_is_not_committed_is_found()
    {
        _stage.WithOneCommitted().Append(_stage.A, 2, RaftStage.Fact(1, 11));

        _stage.Raft.ImageInstalled(_stage.C, new LogIndex(2), new Term(1), 7);

        _stage.ShouldHaveFound("image");
    }

    [Fact]
    public void A_group_without_a_leader_at_the_end_is_found()
    {
        _stage.Observer.CheckQuiet([_stage.A, _stage.B]);

        _stage.ShouldHaveFound("no-leader");
    }
}
