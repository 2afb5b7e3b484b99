namespace TimeMachine.Core.Log;

/// <summary>Finds the records of a stretch. Reused; the records of the last walk stay until the next.</summary>
internal sealed class RecordWalk
{
    /// <summary>The records found, in order.</summary>
    public List<FoundRecord> Records { get; } = [];

    /// <summary>Whether all records were found, good or bad: none can be missing.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether every byte that means something verifies.</summary>
    public bool IsIntact { get; private set; }

    /// <summary>Walks one stretch.</summary>
    public void Walk(in LogStretch stretch)
    {
        Records.Clear();
        (IsComplete, IsIntact) = (true, !stretch.IsHole);
        if (stretch.IsHole)
        {
            WalkHole(stretch);
        }
        else
        {
            WalkBatch(stretch);
        }
    }

    private void WalkBatch(in LogStretch stretch)
    {
        var header = stretch.Header;
        var bytes = stretch.Segment.Bytes.Span;
        var directoryAt = stretch.Offset + header.Bytes - (int)BatchDirectory.BytesFor(header.RecordCount);
        var hasDirectory = BatchDirectory.TryRead(
            bytes[directoryAt..], header.RecordCount, header.Epoch, out var directory);
        IsIntact = hasDirectory;
        var at = stretch.Offset + LogFormat.BatchHeaderBytes;
        for (var number = 0; number < header.RecordCount; number++)
        {
            if (TryAdd(bytes[..directoryAt], at, header.Epoch, out var paddedBytes))
            {
                at += paddedBytes;
                continue;
            }

            IsIntact = false;
            if (!hasDirectory)
            {
                IsComplete = false;
                return;
            }

            Records.Add(new FoundRecord(default, directory.Group(number), at, IsPayloadGood: false));
            at += LogFormat.RecordHeaderBytes + LogFormat.RoundToEight(directory.PayloadLength(number));
        }
    }

    // A lost batch header alone loses nothing: the records follow each other up to a directory that counts them.
    private void WalkHole(in LogStretch stretch)
    {
        var bytes = stretch.Segment.Bytes.Span[..stretch.EndOffset];
        var batchAt = stretch.Offset;
        while (batchAt < stretch.EndOffset)
        {
            var count = 0;
            var at = batchAt + LogFormat.BatchHeaderBytes;
            while (TryAdd(bytes, at, stretch.Segment.Epoch, out var paddedBytes))
            {
                at += paddedBytes;
                count++;
            }

            if (!BatchDirectory.TryRead(bytes[Math.Min(at, bytes.Length)..], count, stretch.Segment.Epoch, out _))
            {
                IsComplete = false;
                return;
            }

            batchAt = LogFormat.RoundToBlock(at + (int)BatchDirectory.BytesFor(count));
        }
    }

    private bool TryAdd(ReadOnlySpan<byte> bytes, int at, uint epoch, out int paddedBytes)
    {
        paddedBytes = 0;
        if (at > bytes.Length || !RecordHeader.TryRead(bytes[at..], epoch, out var header))
        {
            return false;
        }

        if (header.PaddedBytes > bytes.Length - at)
        {
            return false;
        }

        paddedBytes = header.PaddedBytes;
        var isPayloadGood = header.IsPayloadGood(bytes[at..]);
        IsIntact &= isPayloadGood;
        Records.Add(new FoundRecord(header, header.Group, at, isPayloadGood));
        return true;
    }
}
