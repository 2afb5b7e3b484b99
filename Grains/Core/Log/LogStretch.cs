namespace TimeMachine.Core.Log;

/// <summary>A part of a segment: one batch, or a hole where no batch header verifies.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="EndOffset">Where it ends, in bytes.</param>
/// <param name="Header">The batch's header; that of a hole is empty.</param>
internal readonly record struct LogStretch(FoundSegment Segment, int Offset, int EndOffset, BatchHeader Header)
{
    /// <summary>Whether no batch header verifies here.</summary>
    public bool IsHole => Header.Epoch == 0;

    /// <summary>Where it begins in the log.</summary>
    public LogPosition Position => new(Segment.Epoch, Offset);

    /// <summary>Cuts a segment into stretches. Behind its last batch a hole reaches to a stated limit only.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="logId">The log's id.</param>
    /// <param name="isLast">Whether nothing states where the segment ends.</param>
    /// <param name="into">Where the stretches are added.</param>
    public static void Cut(FoundSegment segment, ulong logId, bool isLast, List<LogStretch> into)
    {
        var at = LogFormat.BlockBytes;
        while (at < segment.Limit)
        {
            var next = NextBatch(segment, logId, at, out var header);
            if (next > at && (next < segment.Limit || !isLast))
            {
                into.Add(new LogStretch(segment, at, next, default));
            }

            if (next < segment.Limit)
            {
                into.Add(new LogStretch(segment, next, next + header.PaddedBytes, header));
            }

            at = next + header.PaddedBytes;
        }
    }

    // The offset of the first batch at or behind a block that verifies and fits; the limit when there is none.
    private static int NextBatch(FoundSegment segment, ulong logId, int from, out BatchHeader header)
    {
        var bytes = segment.Bytes.Span;
        for (var at = from; at < segment.Limit; at += LogFormat.BlockBytes)
        {
            var isBatch = BatchHeader.TryRead(bytes[at..], out header);
            var isOurs = isBatch && header.LogId == logId && header.Slot == segment.Slot;
            isOurs &= header.Epoch == segment.Epoch;
            if (isOurs && at + (long)header.Bytes <= segment.Limit)
            {
                return at;
            }
        }

        header = default;
        return segment.Limit;
    }
}
