namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What is known to be synced of one replica on its node's disk. It outlives crashes.</summary>
public sealed class DiskShadow
{
    /// <summary>The synced log.</summary>
    public ShadowLog Log { get; } = new();

    /// <summary>The synced term.</summary>
    public Term Term { get; set; }

    /// <summary>The synced vote in <see cref="Term"/>.</summary>
    public ReplicaId Vote { get; set; }

    /// <summary>The synced commit index (a hint).</summary>
    public LogIndex Commit { get; set; }
}
