using TimeMachine.Core.Encoding;
using TimeMachine.Core.Log;

namespace TimeMachine.Storage.RaftLog;

/// <summary>One slot of a log, looked at from outside: what is in it, and what in it does not verify.</summary>
/// <param name="slot">Its number.</param>
/// <param name="bytes">What its file holds.</param>
internal sealed class SlotSurvey(int slot, ReadOnlyMemory<byte> bytes)
{
    private readonly List<LogFinding> _findings = [];

    /// <summary>Its number.</summary>
    public int Slot { get; } = slot;

    /// <summary>The file's length, in bytes.</summary>
    public int Length { get; } = bytes.Length;

    /// <summary>Its segment's header; null if there is none that verifies.</summary>
    public SegmentFrame? Header { get; } = LogFrames.SegmentAt(bytes.Span);

    /// <summary>Its epoch: by the header, else by the newest batch; 0 for none.</summary>
    public uint Epoch { get; private set; }

    /// <summary>The log's id, by the same; 0 for none.</summary>
    public ulong LogId { get; private set; }

    /// <summary>The batches of its epoch.</summary>
    public int Batches { get; private set; }

    /// <summary>Where the last batch of its epoch ends, in bytes.</summary>
    public int BytesUsed { get; private set; }

    /// <summary>The highest oldest epoch that its batches state.</summary>
    public uint OldestEpoch { get; private set; }

    /// <summary>Whether it holds nothing at all.</summary>
    public bool IsEmpty { get; } = !bytes.Span.ContainsAnyExcept((byte)0);

    /// <summary>What does not verify in it.</summary>
    public IReadOnlyList<LogFinding> Findings => _findings;

    private ReadOnlySpan<byte> Bytes => bytes.Span;

    /// <summary>Finds its epoch and counts its batches.</summary>
    public void Look()
    {
        var newest = default(BatchFrame);
        for (var at = LogFormat.BlockBytes; at < Length; at += LogFormat.BlockBytes)
        {
            if (LogFrames.BatchAt(Bytes[at..]) is { } batch && batch.Slot == Slot && batch.Epoch > newest.Epoch)
            {
                newest = batch;
            }
        }

        Epoch = Header?.Epoch ?? newest.Epoch;
        LogId = Header?.LogId ?? newest.LogId;
        for (var at = LogFormat.BlockBytes; at < Length;)
        {
            if (OwnBatchAt(at) is not { } batch)
            {
                at += LogFormat.BlockBytes;
                continue;
            }

            Batches++;
            OldestEpoch = Math.Max(OldestEpoch, batch.OldestEpoch);
            at += LogFormat.RoundToBlock(batch.Bytes);
            BytesUsed = at;
        }
    }

    /// <summary>Checks every byte that means something up to where the segment ends.</summary>
    /// <param name="end">Where it ends, in bytes: what the next segment or recovery says.</param>
    /// <param name="segmentBytes">The size that the file must have.</param>
    public void Check(int end, int segmentBytes)
    {
        if (Length < segmentBytes)
        {
            Find(Length, null, $"the file is cut: {Length} of {segmentBytes} bytes");
        }

        if (Header is null)
        {
            Find(0, null, "the segment's header does not verify");
        }

        RequireZeros(LogFormat.SegmentHeaderBytes, LogFormat.BlockBytes, null, "behind the segment's header");
        var bound = Math.Min(end, Length);
        for (var at = LogFormat.BlockBytes; at < bound;)
        {
            at = OwnBatchAt(at) is { } batch ? CheckBatch(at, batch) : FindHole(at, bound);
        }
    }

    private BatchFrame? OwnBatchAt(int at) =>
        LogFrames.BatchAt(Bytes[at..]) is { } batch && batch.Epoch == Epoch && batch.Slot == Slot ? batch : null;

    // Where a batch's header is bad, the next that verifies is looked for.
    private int FindHole(int at, int bound)
    {
        Find(at, null, "no batch header verifies here");
        var next = at;
        do
        {
            next += LogFormat.BlockBytes;
        }
        while (next < bound && OwnBatchAt(next) is null);
        NameRecords(at + LogFormat.BatchHeaderBytes, Math.Min(next, Length));
        return next;
    }

    // Records that still verify behind a bad batch header say whose they are.
    private void NameRecords(int at, int end)
    {
        while (at < end && LogFrames.RecordAt(Bytes[at..end], Epoch) is { } record)
        {
            CheckPayload(at, record);
            at += LogFormat.RecordHeaderBytes + LogFormat.RoundToEight(record.PayloadLength);
        }
    }

    private int CheckBatch(int begin, in BatchFrame batch)
    {
        var directoryAt = begin + batch.Bytes - (int)LogFrames.DirectoryBytes(batch.RecordCount);
        var directory = Bytes[directoryAt..];
        var hasDirectory = LogFrames.IsDirectory(directory, batch.RecordCount, Epoch);
        if (!hasDirectory)
        {
            Find(directoryAt, null, $"the directory of batch {batch.Number} does not verify");
        }

        var at = begin + LogFormat.BatchHeaderBytes;
        for (var number = 0; number < batch.RecordCount; number++)
        {
            var entry = hasDirectory ? LogFrames.DirectoryEntry(directory, number) : default;
            if (LogFrames.RecordAt(Bytes[at..directoryAt], Epoch) is { } record)
            {
                CheckPayload(at, record);
                at += LogFormat.RecordHeaderBytes + LogFormat.RoundToEight(record.PayloadLength);
                continue;
            }

            Find(at, hasDirectory ? entry.Group : null, "a record's header does not verify");
            if (!hasDirectory)
            {
                break;
            }

            at += LogFormat.RecordHeaderBytes + LogFormat.RoundToEight(entry.PayloadLength);
        }

        var end = begin + LogFormat.RoundToBlock(batch.Bytes);
        RequireZeros(begin + batch.Bytes, end, null, $"behind batch {batch.Number}");
        return end;
    }

    private void CheckPayload(int at, in RecordFrame record)
    {
        var payloadAt = at + LogFormat.RecordHeaderBytes;
        if (Crc32C.Of(Bytes.Slice(payloadAt, record.PayloadLength), Epoch) != record.PayloadCrc)
        {
            Find(at, record.Group, "a record's payload does not verify");
        }

        var end = payloadAt + LogFormat.RoundToEight(record.PayloadLength);
        RequireZeros(payloadAt + record.PayloadLength, end, record.Group, "behind a record");
    }

    private void RequireZeros(int from, int to, int? group, string where)
    {
        var (begin, end) = (Math.Min(from, Length), Math.Min(to, Length));
        var at = Bytes[begin..end].IndexOfAnyExcept((byte)0);
        if (at >= 0)
        {
            Find(begin + at, group, $"the padding {where} is not zero");
        }
    }

    private void Find(int offset, int? group, string what) => _findings.Add(new LogFinding(Slot, offset, group, what));
}
