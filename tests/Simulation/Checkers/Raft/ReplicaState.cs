namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What the core of a replica shows after a step.</summary>
public readonly record struct ReplicaState
{
    /// <summary>Whether it leads.</summary>
    public bool IsLeader { get; init; }

    /// <summary>Its term.</summary>
    public Term Term { get; init; }

    /// <summary>Its vote in that term.</summary>
    public ReplicaId Vote { get; init; }

    /// <summary>Its commit index.</summary>
    public LogIndex Commit { get; init; }

    /// <summary>The last index of its log.</summary>
    public LogIndex Last { get; init; }
}
