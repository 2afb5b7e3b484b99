using System.Buffers.Binary;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Log;

/// <summary>The first 64 bytes of a batch: what it holds, and what was known to be synced when it was sealed.</summary>
internal readonly record struct BatchHeader
{
    private const int EpochAt = 4;
    private const int CrcAt = 60;

    private static ReadOnlySpan<byte> Magic => "TMB"u8;

    /// <summary>The epoch of its segment.</summary>
    public uint Epoch { get; init; }

    /// <summary>The log's id.</summary>
    public ulong LogId { get; init; }

    /// <summary>Its number: one more than the batch before.</summary>
    public long Number { get; init; }

    /// <summary>The slot it was written to.</summary>
    public int Slot { get; init; }

    /// <summary>Header, records and directory, without the padding, in bytes.</summary>
    public int Bytes { get; init; }

    /// <summary>How many records; 0 in an idle marker.</summary>
    public int RecordCount { get; init; }

    /// <summary>The end of the last batch known to be synced when this one was sealed.</summary>
    public LogPosition Synced { get; init; }

    /// <summary>The segment before this one's, and where it ended; as in the segment's header.</summary>
    public LogPosition Previous { get; init; }

    /// <summary>Segments of lower epochs hold nothing that counts any more.</summary>
    public uint OldestEpoch { get; init; }

    /// <summary>What the batch takes on disk, in bytes.</summary>
    public int PaddedBytes => LogFormat.RoundToBlock(Bytes);

    /// <summary>Writes it to the first 64 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes[..LogFormat.BatchHeaderBytes].Clear();
        bytes[0] = LogFormat.Version;
        Magic.CopyTo(bytes[1..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[EpochAt..], Epoch);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], LogId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[24..], Slot);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[28..], Bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], RecordCount);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], Synced.Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[40..], Synced.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[44..], Previous.Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[48..], Previous.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[52..], OldestEpoch);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[CrcAt..], Crc32C.Of(bytes[..CrcAt], Epoch));
    }

    /// <summary>Reads it; false when the bytes are too few, no header, bad, or claim an impossible size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        header = default;
        if (bytes.Length < LogFormat.BatchHeaderBytes
            || bytes[0] != LogFormat.Version
            || !bytes[1..4].SequenceEqual(Magic))
        {
            return false;
        }

        var epoch = BinaryPrimitives.ReadUInt32LittleEndian(bytes[EpochAt..]);
        if (Crc32C.Of(bytes[..CrcAt], epoch) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..]))
        {
            return false;
        }

        header = new BatchHeader
        {
            Epoch = epoch,
            LogId = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            Number = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            Slot = BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
            Bytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
            RecordCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]),
            Synced = ReadPosition(bytes[36..]),
            Previous = ReadPosition(bytes[44..]),
            OldestEpoch = BinaryPrimitives.ReadUInt32LittleEndian(bytes[52..]),
        };
        return header.IsPossible;
    }

    private bool IsPossible =>
        RecordCount >= 0
        && Bytes <= LogOptions.SegmentBytesLimit
        && Bytes >= SmallestBytes(RecordCount);

    private static long SmallestBytes(int recordCount) =>
        LogFormat.BatchHeaderBytes
        + LogFormat.DirectoryTailBytes
        + ((long)recordCount * (LogFormat.RecordHeaderBytes + LogFormat.DirectoryEntryBytes));

    private static LogPosition ReadPosition(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]));
}
