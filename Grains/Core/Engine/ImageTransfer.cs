using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

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
