using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Checkers.Raft;

namespace TimeMachine.Simulation.Tests.Checkers;

/// <summary>Three replicas of one group, moved by hand.</summary>
internal sealed class RaftStage
{
    public static readonly GroupId Group = new(1);

    public RaftStage()
    {
        Observer = new SimObserver(1, new JobCheckOptions(), () => NowUs);
        A = Open(1);
        B = Open(2);
        C = Open(3);
    }

    public long NowUs { get; set; } = 1_800_000_000_000_000;

    public SimObserver Observer { get; }

    public RaftChecker Raft => Observer.Raft;

    public ReplicaWatch A { get; set; }

    public ReplicaWatch B { get; }

    public ReplicaWatch C { get; }

    public static EntryFact Fact(long term, ulong payload, bool isConfiguration = false) =>
        new(new Term(term), isConfiguration, payload);

    public ReplicaWatch Open(ulong replica, RecoveredReplica? recovered = null)
    {
        var watch = Raft.Open(
            new NodeId((int)replica),
            Group,
            recovered ?? new RecoveredReplica { Replica = new ReplicaId(replica) });
        Raft.ConfigurationObserved(watch, default, [new(1), new(2), new(3)]);
        return watch;
    }

    /// <summary>Appends without a sync.</summary>
    public RaftStage Append(ReplicaWatch watch, long first, params EntryFact[] facts)
    {
        Raft.ReadyTaken(watch, new LogIndex(first), facts, hard: null);
        return this;
    }

    public RaftStage Vote(ReplicaWatch watch, long term, ulong candidate)
    {
        Raft.ReadyTaken(watch, default, [], new HardFact(new Term(term), new ReplicaId(candidate), default));
        return this;
    }

    public RaftStage Sync(params ReplicaWatch[] watches)
    {
        foreach (var watch in watches)
        {
            Raft.BatchSealed(watch.Node, NowUs);
            Raft.BatchSynced(watch.Node, NowUs);
        }

        return this;
    }

    public RaftStage Lead(ReplicaWatch watch, long term)
    {
        Raft.Observe(watch, watch.State with
        {
            IsLeader = true,
            Term = new Term(term),
            Vote = watch.Replica,
            Last = LastOf(watch),
        });
        return this;
    }

    public RaftStage Commit(ReplicaWatch watch, long index)
    {
        RaftChecker.CommitTold(A, watch.Replica, new LogIndex(index));
        return CommitUntold(watch, index);
    }

    public RaftStage CommitUntold(ReplicaWatch watch, long index)
    {
        Raft.Observe(watch, watch.State with { Commit = new LogIndex(index), Last = LastOf(watch) });
        return this;
    }

    /// <summary>One entry of term 1, stored by all, committed by A.</summary>
    public RaftStage WithOneCommitted()
    {
        foreach (var watch in new[] { A, B, C })
        {
            Append(watch, 1, Fact(1, 10)).Vote(watch, 1, 1).Sync(watch);
        }

        return Lead(A, 1).Commit(A, 1);
    }

    public void ShouldHaveFound(string checker) =>
        Assert.True(Observer.Violations.Has(checker), string.Join('\n', Observer.Violations.Kept));

    public void ShouldHaveFoundNothing() => Assert.Empty(Observer.Violations.Kept);

    private static LogIndex LastOf(ReplicaWatch watch) => watch.LastAppended;
}
