namespace TimeMachine.Core.Node;

/// <summary>When replicas are checkpointed.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Entries applied since the last checkpoint that make the next one due: 1 to 10,000,000.</summary>
    public long EntriesMax { get; init; } = 100_000;

    /// <summary>The time since the first entry behind the last checkpoint that makes the next one due, in ms.</summary>
    public long AgeMsMax { get; init; } = 45_000;

    /// <summary>The memory of all rows of a node that are not on disk yet, in bytes: 16 MiB to 64 GiB. At half of it
    /// the replica with the most is checkpointed; at all of it the node applies nothing while one runs, and refuses
    /// new work while they fail.</summary>
    public long FreshBytesMax { get; init; } = 512L * 1024 * 1024;

    /// <summary>How long after a failed checkpoint (the disk was full, say) the replica's next begins at the earliest,
    /// in ms: 1 to 60,000.</summary>
    public long RetryMs { get; init; } = 1_000;

    /// <summary>How many replicas of a node are checkpointed at the same time: 1 to 16.</summary>
    public int AtOnceMax { get; init; } = 2;
}
