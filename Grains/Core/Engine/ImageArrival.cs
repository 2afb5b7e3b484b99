namespace TimeMachine.Core.Engine;

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

    /// <summary>Whether that part is the last: the image is being made the replica's own, which may take longer than
    /// its leader waits.</summary>
    public bool IsFinishing { get; set; }
}
