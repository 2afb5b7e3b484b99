namespace TimeMachine.Simulation.Tests.Checkers;

/// <summary>What the Raft checker makes of replicas that are lost for good.</summary>
public sealed class LostReplicaTests
{
    private readonly RaftStage _stage = new();

    [Fact]
    public void A_replica_lost_after_its_sync_counts_for_the_commit_that_its_word_makes()
    {
        _stage.Append(_stage.A, 1, RaftStage.Fact(1, 10)).Append(_stage.B, 1, RaftStage.Fact(1, 10));
        _stage.Sync(_stage.A, _stage.B).Lead(_stage.A, 1);
        _stage.Raft.ReplicaDied(RaftStage.Group, _stage.B.Replica);

        _stage.Commit(_stage.A, 1);

        _stage.ShouldHaveFoundNothing();
    }
}
