using System.ComponentModel.DataAnnotations;
using TimeMachine.Core.Log;

namespace TimeMachine.Storage.RaftLog;

/// <summary>Settings of a node's log. Those that shape its files hold for the life of a data directory.</summary>
public sealed class NodeLogSettings : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Log";

    /// <summary>The size of a segment file, in MiB: 1 to 1,023. Fixed for the life of a data directory.</summary>
    [Range(1, 1_023)]
    public int SegmentMib { get; set; } = 64;

    /// <summary>The most segment files: 8 to 65,536. At the limit the log takes no new work until checkpoints move.
    /// </summary>
    [Range(8, 65_536)]
    public int SegmentsMax { get; set; } = 48;

    /// <summary>What is allocated ahead so that cancels, claims and outcomes go on when the disk is full, in MiB: 1 to
    /// 65,536, at most half of all segments. Less than that free, and new jobs are refused.</summary>
    [Range(1, 65_536)]
    public int ReserveMib { get; set; } = 256;

    /// <summary>How much log a follower that was away may find, in MiB: 0 to 1,048,576. One that needs more gets an
    /// image of its replicas.</summary>
    [Range(0, 1_048_576)]
    public int RetainMib { get; set; } = 256;

    /// <summary>A segment that old may be used again even if less than <see cref="RetainMib"/> follows it, in seconds:
    /// 1 to 86,400.</summary>
    [Range(1, 86_400)]
    public int RetainSeconds { get; set; } = 120;

    /// <summary>The most bytes of one write, in MiB: 1 to 64. Larger ones need fewer syncs under load.</summary>
    [Range(1, 64)]
    public int BatchMib { get; set; } = 8;

    /// <summary>After a failed allocation of a segment the next is tried so much later, in milliseconds: 10 to 60,000.
    /// </summary>
    [Range(10, 60_000)]
    public int AllocateRetryMs { get; set; } = 1_000;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var allMib = (long)SegmentMib * SegmentsMax;
        if (ReserveMib > allMib / 2)
        {
            yield return new ValidationResult(
                $"{nameof(ReserveMib)} ({ReserveMib}) must be at most half of {nameof(SegmentMib)} x "
                + $"{nameof(SegmentsMax)} ({allMib} MiB).",
                [nameof(ReserveMib)]);
        }

        if (RetainMib + (long)ReserveMib > allMib - (2L * SegmentMib))
        {
            yield return new ValidationResult(
                $"{nameof(RetainMib)} ({RetainMib}) and {nameof(ReserveMib)} ({ReserveMib}) must leave two segments "
                + $"free of {nameof(SegmentMib)} x {nameof(SegmentsMax)} ({allMib} MiB).",
                [nameof(RetainMib), nameof(ReserveMib)]);
        }
    }

    /// <summary>The log's own form of them.</summary>
    /// <param name="logId">The random id of this log.</param>
    public LogOptions ToOptions(ulong logId) => new()
    {
        LogId = logId,
        SegmentBytes = SegmentMib << 20,
        SlotsMax = SegmentsMax,
        RetainBytes = (long)RetainMib << 20,
        RetainMs = RetainSeconds * 1_000L,
        ReserveBytes = (long)ReserveMib << 20,
        BatchBytesMax = BatchMib << 20,
        PrepareRetryMs = AllocateRetryMs,
    };
}
