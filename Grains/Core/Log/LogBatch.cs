namespace TimeMachine.Core.Log;

/// <summary>A sealed batch on its way to the disk. It and its bytes are reused once it is reported synced.</summary>
public sealed class LogBatch
{
    private readonly List<LogOperation> _operations = new(2);
    private byte[] _buffer = new byte[4 * LogFormat.BlockBytes];
    private byte[]? _headerBlock;

    internal LogBatch()
    {
    }

    /// <summary>Its number: one more than the batch before.</summary>
    public long Number { get; internal set; }

    /// <summary>
    /// The writes, to be done in this order; then one sync of <see cref="Slot"/> makes the batch durable.
    /// </summary>
    public IReadOnlyList<LogOperation> Operations => _operations;

    /// <summary>The slot that all the writes go to: a batch never spans segments.</summary>
    public int Slot { get; internal set; }

    /// <summary>How many records it carries; 0 is an idle marker.</summary>
    public int RecordCount { get; private set; }

    /// <summary>How many bytes it takes in its segment, padding included.</summary>
    public int PaddedBytes => SizeWith(RecordCount, Length);

    /// <summary>Header and records so far, in bytes.</summary>
    internal int Length { get; private set; } = LogFormat.BatchHeaderBytes;

    /// <summary>The end of the batch in the log.</summary>
    internal LogPosition End { get; set; }

    /// <summary>Segments below this epoch are free once the batch is synced.</summary>
    internal uint OldestEpoch { get; set; }

    /// <summary>The bytes in which the batch is built.</summary>
    internal Span<byte> Bytes => _buffer;

    /// <summary>Makes it empty; the buffers stay.</summary>
    internal void Clear()
    {
        _operations.Clear();
        RecordCount = 0;
        Length = LogFormat.BatchHeaderBytes;
    }

    /// <summary>The size on disk with one more record, in bytes.</summary>
    internal int PaddedBytesWith(int payloadLength) =>
        SizeWith(RecordCount + 1, Length + LogFormat.RecordHeaderBytes + LogFormat.RoundToEight(payloadLength));

    /// <summary>Copies one record behind the others.</summary>
    internal void Add(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        EnsureCapacity(PaddedBytesWith(payload.Length));
        var record = _buffer.AsSpan(Length, header.PaddedBytes);
        header.Write(record);
        payload.CopyTo(record[LogFormat.RecordHeaderBytes..]);
        record[(LogFormat.RecordHeaderBytes + payload.Length)..].Clear();
        Length += record.Length;
        RecordCount++;
    }

    /// <summary>Adds the write of the batch, after the directory and the header were built.</summary>
    internal void AddWrite(int offset) =>
        _operations.Add(new LogOperation(LogOperationKind.Write, Slot, offset, _buffer.AsMemory(0, PaddedBytes)));

    /// <summary>Adds the write of its segment's header block, which goes first.</summary>
    internal void AddSegmentHeader(in SegmentHeader header)
    {
        _headerBlock ??= new byte[LogFormat.BlockBytes];
        header.Write(_headerBlock);
        _operations.Add(new LogOperation(LogOperationKind.Write, Slot, 0, _headerBlock));
    }

    /// <summary>Makes room for all that the batch takes on disk.</summary>
    internal void EnsureCapacity(int bytes)
    {
        if (_buffer.Length < bytes)
        {
            Array.Resize(ref _buffer, Math.Max(bytes, _buffer.Length * 2));
        }
    }

    private static int SizeWith(int recordCount, int length) =>
        LogFormat.RoundToBlock(length + (int)BatchDirectory.BytesFor(recordCount));
}
