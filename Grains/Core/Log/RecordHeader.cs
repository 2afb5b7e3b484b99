using System.Buffers.Binary;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Log;

/// <summary>The 56 bytes before a record's payload.</summary>
internal readonly record struct RecordHeader
{
    private const int CrcEnd = 4;

    /// <summary>The checksum of the payload, seeded by the epoch.</summary>
    public uint PayloadCrc { get; init; }

    /// <summary>The payload's length, in bytes.</summary>
    public int PayloadLength { get; init; }

    /// <summary>The epoch of its segment; 0 until the batch is placed.</summary>
    public uint Epoch { get; init; }

    /// <summary>Its group.</summary>
    public GroupId Group { get; init; }

    /// <summary>What it says.</summary>
    public LogRecordKind Kind { get; init; }

    /// <summary>The kind of an entry; 0 otherwise.</summary>
    public byte EntryKind { get; init; }

    /// <summary>Why it was written.</summary>
    public LogRecordOrigin Origin { get; init; }

    /// <summary>Its replica.</summary>
    public ReplicaId Replica { get; init; }

    /// <summary>The entry's index, the commit index, or the base.</summary>
    public LogIndex Index { get; init; }

    /// <summary>The term.</summary>
    public Term Term { get; init; }

    /// <summary>The replica's record number: without a gap, so that a lost record shows.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Header and payload, padded, in bytes.</summary>
    public int PaddedBytes => LogFormat.RecordHeaderBytes + LogFormat.RoundToEight(PayloadLength);

    /// <summary>Writes all but the checksum.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], PayloadCrc);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], PayloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Group.Value);
        bytes[20] = (byte)Kind;
        bytes[21] = EntryKind;
        bytes[22] = (byte)Origin;
        bytes[23] = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Replica.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Index.Value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[48..], Sequence);
    }

    /// <summary>Fills in what only the placed batch knows: the epoch and both checksums.</summary>
    /// <param name="record">Header and payload.</param>
    /// <param name="payloadLength">The payload's length, in bytes.</param>
    /// <param name="epoch">The segment's epoch.</param>
    public static void Finish(Span<byte> record, int payloadLength, uint epoch)
    {
        var payload = record.Slice(LogFormat.RecordHeaderBytes, payloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C.Of(payload, epoch));
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], epoch);
        var header = record[CrcEnd..LogFormat.RecordHeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(record, Crc32C.Of(header, epoch));
    }

    /// <summary>Reads a header of the given epoch; false when the bytes are too few or it does not verify.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, uint epoch, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < LogFormat.RecordHeaderBytes)
        {
            return false;
        }

        var crc = Crc32C.Of(bytes[CrcEnd..LogFormat.RecordHeaderBytes], epoch);
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(bytes))
        {
            return false;
        }

        header = Parse(bytes);
        var isKnown = header.Kind is >= LogRecordKind.Entry and <= LogRecordKind.Damaged;
        return isKnown && header.Epoch == epoch && header.PayloadLength is >= 0 and <= LogOptions.SegmentBytesLimit;
    }

    /// <summary>Whether the payload behind the header is there and verifies.</summary>
    public bool IsPayloadGood(ReadOnlySpan<byte> record) =>
        record.Length >= LogFormat.RecordHeaderBytes + PayloadLength
        && Crc32C.Of(record.Slice(LogFormat.RecordHeaderBytes, PayloadLength), Epoch) == PayloadCrc;

    /// <summary>Reads a header that this process wrote itself, without a check.</summary>
    public static RecordHeader Parse(ReadOnlySpan<byte> bytes) => new()
    {
        PayloadCrc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        PayloadLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        Epoch = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
        Group = new GroupId(BinaryPrimitives.ReadInt32LittleEndian(bytes[16..])),
        Kind = (LogRecordKind)bytes[20],
        EntryKind = bytes[21],
        Origin = (LogRecordOrigin)bytes[22],
        Replica = new ReplicaId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])),
        Index = new LogIndex(BinaryPrimitives.ReadInt64LittleEndian(bytes[32..])),
        Term = new Term(BinaryPrimitives.ReadInt64LittleEndian(bytes[40..])),
        Sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
    };
}
