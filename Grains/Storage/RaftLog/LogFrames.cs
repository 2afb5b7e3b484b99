using System.Buffers.Binary;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Log;

namespace TimeMachine.Storage.RaftLog;

/// <summary>A segment's header as an offline look finds it.</summary>
/// <param name="LogId">The log's id.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Slot">The slot it was written to.</param>
/// <param name="SegmentBytes">The size of a segment.</param>
/// <param name="PreviousEpoch">The epoch of the segment before it.</param>
/// <param name="PreviousEnd">Where that one ended.</param>
internal readonly record struct SegmentFrame(
    ulong LogId, uint Epoch, int Slot, int SegmentBytes, uint PreviousEpoch, int PreviousEnd);

/// <summary>A batch's header as an offline look finds it.</summary>
/// <param name="LogId">The log's id.</param>
/// <param name="Epoch">The epoch of its segment.</param>
/// <param name="Slot">The slot it was written to.</param>
/// <param name="Number">Its number.</param>
/// <param name="Bytes">Header, records and directory, in bytes.</param>
/// <param name="RecordCount">How many records.</param>
/// <param name="OldestEpoch">Segments below it hold nothing that counts.</param>
internal readonly record struct BatchFrame(
    ulong LogId, uint Epoch, int Slot, long Number, int Bytes, int RecordCount, uint OldestEpoch);

/// <summary>A record's header as an offline look finds it.</summary>
/// <param name="Group">Its group.</param>
/// <param name="PayloadLength">The payload's length, in bytes.</param>
/// <param name="PayloadCrc">The payload's checksum.</param>
internal readonly record struct RecordFrame(int Group, int PayloadLength, uint PayloadCrc);

/// <summary>
/// Reads the bytes of docs/formats/node-log.md, by that page alone: what checks a log shares no code with what wrote
/// it.
/// </summary>
internal static class LogFrames
{
    private const int HeaderBytes = 64;
    private const int CrcAt = 60;

    /// <summary>Reads a segment's header; null if there is none or it does not verify.</summary>
    public static SegmentFrame? SegmentAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || bytes[0] != LogFormat.Version || !bytes[1..8].SequenceEqual("TMNLSEG"u8))
        {
            return null;
        }

        var epoch = U32(bytes, 16);
        return U32(bytes, CrcAt) != Crc32C.Of(bytes[..CrcAt], epoch)
            ? null
            : new SegmentFrame(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
                epoch,
                I32(bytes, 20),
                I32(bytes, 24),
                U32(bytes, 28),
                I32(bytes, 32));
    }

    /// <summary>Reads a batch's header; null if there is none, it does not verify, or it reaches behind the bytes.
    /// </summary>
    public static BatchFrame? BatchAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || bytes[0] != LogFormat.Version || !bytes[1..4].SequenceEqual("TMB"u8))
        {
            return null;
        }

        var epoch = U32(bytes, 4);
        if (U32(bytes, CrcAt) != Crc32C.Of(bytes[..CrcAt], epoch))
        {
            return null;
        }

        var batch = new BatchFrame(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            epoch,
            I32(bytes, 24),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            I32(bytes, 28),
            I32(bytes, 32),
            U32(bytes, 52));
        var least = HeaderBytes + DirectoryBytes(batch.RecordCount);
        return batch.RecordCount >= 0 && batch.Bytes >= least && batch.Bytes <= bytes.Length ? batch : null;
    }

    /// <summary>Reads a record's header; null if it does not verify or its payload does not fit.</summary>
    public static RecordFrame? RecordAt(ReadOnlySpan<byte> bytes, uint epoch)
    {
        if (bytes.Length < LogFormat.RecordHeaderBytes
            || U32(bytes, 0) != Crc32C.Of(bytes[4..LogFormat.RecordHeaderBytes], epoch))
        {
            return null;
        }

        var record = new RecordFrame(I32(bytes, 16), I32(bytes, 8), U32(bytes, 4));
        var room = bytes.Length - LogFormat.RecordHeaderBytes;
        return record.PayloadLength >= 0 && record.PayloadLength <= room ? record : null;
    }

    /// <summary>Whether the directory at the start of the bytes verifies.</summary>
    public static bool IsDirectory(ReadOnlySpan<byte> bytes, int recordCount, uint epoch)
    {
        var entries = recordCount * LogFormat.DirectoryEntryBytes;
        return I32(bytes, entries) == recordCount
            && U32(bytes, entries + 4) == Crc32C.Of(bytes[..(entries + 4)], epoch);
    }

    /// <summary>An entry of a directory: payload length and group.</summary>
    public static (int PayloadLength, int Group) DirectoryEntry(ReadOnlySpan<byte> directory, int record) =>
        (I32(directory, record * LogFormat.DirectoryEntryBytes),
            I32(directory, (record * LogFormat.DirectoryEntryBytes) + 4));

    /// <summary>What a directory takes, in bytes.</summary>
    public static long DirectoryBytes(int recordCount) =>
        ((long)recordCount * LogFormat.DirectoryEntryBytes) + LogFormat.DirectoryTailBytes;

    private static uint U32(ReadOnlySpan<byte> bytes, int at) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static int I32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
}
