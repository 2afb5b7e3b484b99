namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What a replica begins a life with: empty for a new one, else what its node's log gave back.</summary>
public sealed record RecoveredReplica
{
    /// <summary>Its id.</summary>
    public required ReplicaId Replica { get; init; }

    /// <summary>The hard state read from the disk.</summary>
    public HardFact Hard { get; init; }

    /// <summary>The point before the first entry.</summary>
    public LogIndex BaseIndex { get; init; }

    /// <summary>The term at <see cref="BaseIndex"/>.</summary>
    public Term BaseTerm { get; init; }

    /// <summary>The entries behind it, in order.</summary>
    public IReadOnlyList<EntryFact> Entries { get; init; } = [];

    /// <summary>The applied index of the checkpoint that the state machine was loaded from.</summary>
    public LogIndex Applied { get; init; }

    /// <summary>The content hash of that checkpoint.</summary>
    public UInt128 ContentHash { get; init; }
}
