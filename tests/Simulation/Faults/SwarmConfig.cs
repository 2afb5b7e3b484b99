using TimeMachine.Simulation.Disk;
using TimeMachine.Simulation.Network;

namespace TimeMachine.Simulation.Faults;

/// <summary>What a seed draws before its run: size, timing, and which faults are on.</summary>
public sealed record SwarmConfig
{
    /// <summary>Nodes 1 to this number exist; those above <see cref="InitialNodeCount"/> wait to join. 3 to
    /// 7.</summary>
    public required int NodeCount { get; init; }

    /// <summary>Nodes that form the cluster at the start: 1, or at least 3.</summary>
    public required int InitialNodeCount { get; init; }

    /// <summary>Vnodes: 4 to 24.</summary>
    public required int VNodeCount { get; init; }

    /// <summary>The cluster's target of voters for each vnode.</summary>
    public int ReplicaCount { get; init; } = 3;

    /// <summary>Heartbeat interval in milliseconds: 50 to 400, more with many nodes.</summary>
    public required int HeartbeatMs { get; init; }

    /// <summary>Least election timeout in milliseconds: 6 to 12 heartbeats.</summary>
    public required int ElectionMinMs { get; init; }

    /// <summary>Greatest election timeout: twice the least.</summary>
    public int ElectionMaxMs => ElectionMinMs * 2;

    /// <summary>The faults that are on, ascending; at least 9 kinds.</summary>
    public required IReadOnlyList<FaultKind> Faults { get; init; }

    /// <summary>The most bytes of entries in one append: small ones make followers catch up in steps.</summary>
    public int AppendBytesMax { get; init; } = 8 * 1024;

    /// <summary>How often each kind strikes: 1 to 4 times.</summary>
    public required int Intensity { get; init; }

    /// <summary>How links behave without a fault.</summary>
    public required LinkQuality UsualLink { get; init; }

    /// <summary>The log disk of each node.</summary>
    public required LogDiskOptions LogDisk { get; init; }

    /// <summary>The checkpoint disk of each node.</summary>
    public required CheckpointDiskOptions CheckpointDisk { get; init; }

    /// <summary>Images of the checkpoint disk below this key are a node's identity and are not damaged.</summary>
    public long FirstImageKey { get; init; } = 16;

    /// <summary>A good wall clock is off by at most this, in milliseconds.</summary>
    public int GoodClockErrorMs { get; init; } = 5;

    /// <summary>All faults are over at this time, in microseconds.</summary>
    public long FaultsEndUs { get; init; } = 8 * 60 * 1_000_000L;

    /// <summary>The run ends at this time, in microseconds.</summary>
    public long EndUs { get; init; } = 10 * 60 * 1_000_000L;

    /// <summary>Whether a kind of fault is on.</summary>
    public bool Has(FaultKind kind) => Faults.Contains(kind);
}
