namespace TimeMachine.Core.Node;

/// <summary>When replicas are checkpointed.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Entries applied since the last checkpoint that make the next one due: 1 to 10,000,000.</summary>
    public long EntriesMax { get; init; } = 100_000;

    /// <summary>The time since the first entry behind the last checkpoint that makes the next one due, in ms.</summary>
    public long AgeMsMax { get; init; } = 45_000;

    /// <summary>How many replicas of a node are checkpointed at the same time: 1 to 16.</summary>
    public int AtOnceMax { get; init; } = 2;
}
