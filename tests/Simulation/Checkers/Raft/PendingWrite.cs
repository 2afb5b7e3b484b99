namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What a log write, not yet synced, will make durable for one replica.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="First">The index of the first entry; what the disk holds from there on is replaced. 0: no
/// entries.</param>
/// <param name="Facts">The entries.</param>
/// <param name="Hard">The hard state, if written.</param>
/// <param name="Reset">An image's point at which the log begins again, if any.</param>
public sealed record PendingWrite(
    ReplicaWatch Replica,
    LogIndex First,
    EntryFact[] Facts,
    HardFact? Hard,
    (LogIndex Index, Term Term)? Reset);
