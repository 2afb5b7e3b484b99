using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <summary>One group's replica in the engine.</summary>
internal sealed class GroupSlot(RaftCore core)
{
    /// <summary>The group's Raft.</summary>
    public RaftCore Core { get; } = core;

    /// <summary>Whether the group is in this turn's list of groups to collect from.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether a read was asked for in this turn: a heartbeat round follows at the turn's end.</summary>
    public bool WantsRound { get; set; }

    /// <summary>The state up to here is in a durable checkpoint.</summary>
    public LogIndex Checkpoint { get; set; }

    /// <summary>Where the replicas live that have spoken to this one; the configuration knows the others.</summary>
    public Dictionary<ReplicaId, NodeId> Senders { get; } = [];

    /// <summary>Images on their way to peers.</summary>
    public Dictionary<ReplicaId, ImageTransfer> Transfers { get; } = [];

    /// <summary>The image that is arriving; null if none.</summary>
    public ImageArrival? Arrival { get; set; }

    /// <summary>What was told of the group last, so that changes are seen.</summary>
    public RoleChange Told { get; set; }
}

/// <summary>An image on its way to a peer that lags behind the log: one part at a time.</summary>
internal sealed class ImageTransfer(ulong imageId, ReplicaId peer)
{
    /// <summary>The number of this transfer; parts of another are ignored.</summary>
    public ulong ImageId { get; } = imageId;

    /// <summary>The replica that gets it.</summary>
    public ReplicaId Peer { get; } = peer;

    /// <summary>The part under way begins here.</summary>
    public long Offset { get; set; }

    /// <summary>How often the part was sent.</summary>
    public int Tries { get; set; }

    /// <summary>When to send the part again; null while it is being read.</summary>
    public MonoMs? RetryAt { get; set; }

    /// <summary>The part under way.</summary>
    public RaftMessage Part { get; set; }

    /// <summary>The index of the image.</summary>
    public LogIndex Index { get; set; }
}

/// <summary>An image that is arriving from the leader.</summary>
internal sealed class ImageArrival(ulong imageId, ReplicaId from, Term term)
{
    /// <summary>The number of the transfer.</summary>
    public ulong ImageId { get; } = imageId;

    /// <summary>The leader that sends it.</summary>
    public ReplicaId From { get; } = from;

    /// <summary>The leader's term when it began.</summary>
    public Term Term { get; } = term;

    /// <summary>The bytes staged so far.</summary>
    public long NextOffset { get; set; }

    /// <summary>Whether a part is being staged: repeats are ignored meanwhile.</summary>
    public bool IsStaging { get; set; }
}
