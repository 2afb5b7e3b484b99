using System.Buffers.Binary;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Log;

/// <summary>The first 64 bytes of a segment. Each batch header repeats what recovery needs of it.</summary>
internal readonly record struct SegmentHeader
{
    private const int EpochAt = 16;
    private const int CrcAt = 60;

    private static ReadOnlySpan<byte> Magic => "TMNLSEG"u8;

    /// <summary>The format version.</summary>
    public byte Version { get; init; }

    /// <summary>The log's id.</summary>
    public ulong LogId { get; init; }

    /// <summary>The epoch: one more for each segment begun, never used twice.</summary>
    public uint Epoch { get; init; }

    /// <summary>The slot it was written to.</summary>
    public int Slot { get; init; }

    /// <summary>The segment size, in bytes.</summary>
    public int SegmentBytes { get; init; }

    /// <summary>The segment before this one, and where it ended; epoch 0 for none.</summary>
    public LogPosition Previous { get; init; }

    /// <summary>Writes it to the first 64 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes[..LogFormat.SegmentHeaderBytes].Clear();
        bytes[0] = Version;
        Magic.CopyTo(bytes[1..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], LogId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[EpochAt..], Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], Slot);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[24..], SegmentBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], Previous.Epoch);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[32..], Previous.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[CrcAt..], Crc32C.Of(bytes[..CrcAt], Epoch));
    }

    /// <summary>Reads it; false when the bytes are too few, no header, or bad.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SegmentHeader header)
    {
        header = default;
        if (bytes.Length < LogFormat.SegmentHeaderBytes || !bytes[1..8].SequenceEqual(Magic))
        {
            return false;
        }

        var epoch = BinaryPrimitives.ReadUInt32LittleEndian(bytes[EpochAt..]);
        if (Crc32C.Of(bytes[..CrcAt], epoch) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..]))
        {
            return false;
        }

        header = new SegmentHeader
        {
            Version = bytes[0],
            LogId = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            Epoch = epoch,
            Slot = BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            SegmentBytes = BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
            Previous = new LogPosition(
                BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[32..])),
        };
        return true;
    }
}
