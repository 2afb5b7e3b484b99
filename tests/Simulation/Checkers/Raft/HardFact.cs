namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>The hard state of a replica: term, vote in it, commit index.</summary>
public readonly record struct HardFact(Term Term, ReplicaId Vote, LogIndex Commit);
