using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <summary>One group's replica in the engine.</summary>
internal sealed class GroupSlot(RaftCore core)
{
    /// <summary>The group's Raft.</summary>
    public RaftCore Core { get; } = core;

    /// <summary>Whether the group is in this turn's list of groups to collect from.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether a read, or somebody else, waits for a round of heartbeats that is not begun.</summary>
    public bool WantsRound { get; set; }

    /// <summary>The state up to here is in a durable checkpoint.</summary>
    public LogIndex Checkpoint { get; set; }

    /// <summary>The bytes of its entries in memory, as counted in the engine's sum.</summary>
    public long HeldBytes { get; set; }

    /// <summary>Where the replicas live that have spoken to this one; the configuration knows the others.</summary>
    public Dictionary<ReplicaId, NodeId> Senders { get; } = [];

    /// <summary>Images on their way to peers.</summary>
    public Dictionary<ReplicaId, ImageTransfer> Transfers { get; } = [];

    /// <summary>The image that is arriving; null if none.</summary>
    public ImageArrival? Arrival { get; set; }

    /// <summary>What was told of the group last, so that changes are seen.</summary>
    public RoleChange Told { get; set; }
}
