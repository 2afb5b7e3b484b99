using System.ComponentModel.DataAnnotations;
using TimeMachine.Core.Node;

namespace TimeMachine.Storage.JobStore;

/// <summary>Settings of when a node's rows are written to disk. What is not yet is replayed from the log.</summary>
public sealed class CheckpointSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Checkpoints";

    /// <summary>Entries applied to a replica since its last checkpoint that make the next one due: 1 to 10,000,000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int EntriesMax { get; set; } = 100_000;

    /// <summary>The age of the first entry behind the last checkpoint that makes the next one due, in seconds: 1 to
    /// 3,600. A restart replays at most about so much.</summary>
    [Range(1, 3_600)]
    public int AgeSecondsMax { get; set; } = 45;

    /// <summary>The memory of all rows of the node that are not on disk, in MiB: 16 to 65,536. More means fewer and
    /// larger merges; at the limit nothing is applied until one has ended.</summary>
    [Range(16, 65_536)]
    public int FreshMib { get; set; } = 512;

    /// <summary>After a failed checkpoint the replica's next begins so much later, in milliseconds: 1 to 60,000.
    /// </summary>
    [Range(1, 60_000)]
    public int RetryMs { get; set; } = 1_000;

    /// <summary>How many replicas are checkpointed at the same time: 1 to 16.</summary>
    [Range(1, 16)]
    public int AtOnceMax { get; set; } = 2;

    /// <summary>The core's own form of them.</summary>
    public CheckpointOptions ToOptions() => new()
    {
        EntriesMax = EntriesMax,
        AgeMsMax = AgeSecondsMax * 1_000L,
        FreshBytesMax = (long)FreshMib << 20,
        RetryMs = RetryMs,
        AtOnceMax = AtOnceMax,
    };
}
