namespace TimeMachine.Core.Log;

/// <summary>The sizes and bounds of one node's log. Plain values; checked by <see cref="Check"/>.</summary>
public sealed record LogOptions
{
    /// <summary>The smallest segment: two headers and a few small batches.</summary>
    public const int SegmentBytesMin = 8 * 1024;

    /// <summary>The largest segment: an offset must fit in 30 bits.</summary>
    public const int SegmentBytesLimit = 1 << 30;

    /// <summary>The random id of this log, from the node's identity: bytes of another log never verify.</summary>
    public ulong LogId { get; init; } = 1;

    /// <summary>The size of every segment, in bytes; a multiple of 4,096. Fixed for the life of a log.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most slots (segment files): 4 to 65,536. At the limit the log recycles, then is full.</summary>
    public int SlotsMax { get; init; } = 48;

    /// <summary>
    /// How many slots are kept free ahead of need: 2 to <see cref="SlotsMax"/> - 2. The reserve may need more.
    /// </summary>
    public int FreeSlotsTarget { get; init; } = 2;

    /// <summary>
    /// A segment may go once so many bytes of log were written behind it. Under pressure it goes earlier.
    /// </summary>
    public long RetainBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>A segment may go once it is that old, in milliseconds. Under pressure it goes earlier.</summary>
    public long RetainMs { get; init; } = 120_000;

    /// <summary>
    /// Below so many free bytes new work is to be refused (<see cref="NodeLog.IsAtReserve"/>). Allocated ahead, so that
    /// cancels, claims and outcomes go on when the disk is full; at most <see cref="SlotsMax"/> - 2 segments.
    /// </summary>
    public long ReserveBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>An idle marker follows the last sync after so many milliseconds; at most 10 by the promise.</summary>
    public long IdleMarkerMs { get; init; } = 5;

    /// <summary>
    /// The most bytes of one batch; never more than a segment holds. A fuller batch must be sealed first.
    /// </summary>
    public int BatchBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// The most bytes of live facts rewritten in one batch, so that recycling does not delay the others.
    /// </summary>
    public int RewriteBytesMax { get; init; } = 256 * 1024;

    /// <summary>A failed allocation of a slot is tried again after so many milliseconds.</summary>
    public long PrepareRetryMs { get; init; } = 1_000;

    /// <summary>The most dead replica ids kept; the oldest are forgotten first.</summary>
    public int DeadReplicasMax { get; init; } = 4_096;

    /// <summary>How many slots are kept free: <see cref="FreeSlotsTarget"/>, or more for the reserve.</summary>
    public int FreeSlots =>
        (int)Math.Max(FreeSlotsTarget, (ReserveBytes + SegmentBytes - 1) / Math.Max(1, SegmentBytes));

    /// <summary>The bytes of a segment that batches can take.</summary>
    public int UsableBytes => SegmentBytes - LogFormat.BlockBytes;

    /// <summary>The most bytes of one batch, both limits considered.</summary>
    public int BatchBytesLimit => Math.Min(BatchBytesMax, UsableBytes);

    /// <summary>The largest payload that a record can carry, in bytes.</summary>
    public int PayloadBytesMax => BatchBytesLimit - LogFormat.BatchOverheadBytes - LogFormat.RecordOverheadBytes;

    /// <summary>Requires every value to be in its range.</summary>
    /// <exception cref="InvariantViolationException">One is not.</exception>
    public void Check()
    {
        Invariant.Require(SegmentBytes is >= SegmentBytesMin and <= SegmentBytesLimit);
        Invariant.Require(SegmentBytes % 4096 == 0);
        Invariant.Require(SlotsMax is >= 4 and <= 65_536);
        Invariant.Require(FreeSlotsTarget >= 2 && FreeSlotsTarget <= SlotsMax - 2);
        Invariant.Require(ReserveBytes >= 0 && ReserveBytes <= (SlotsMax - 2L) * SegmentBytes);
        Invariant.Require(IdleMarkerMs is >= 0 and <= 10);
        Invariant.Require(BatchBytesMax >= 4096);
        Invariant.Require(RewriteBytesMax > 0);
        Invariant.Require(DeadReplicasMax > 0);
    }
}
