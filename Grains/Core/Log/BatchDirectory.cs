using System.Buffers.Binary;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Log;

/// <summary>
/// The end of a batch: length and group of each record, so that one bad header loses one group's record only.
/// </summary>
/// <param name="bytes">The entries: 8 bytes a record.</param>
internal readonly ref struct BatchDirectory(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How many records.</summary>
    public int Count => _bytes.Length / LogFormat.DirectoryEntryBytes;

    /// <summary>The payload length of a record, in bytes.</summary>
    public int PayloadLength(int record) =>
        BinaryPrimitives.ReadInt32LittleEndian(_bytes[(record * LogFormat.DirectoryEntryBytes)..]);

    /// <summary>The group of a record.</summary>
    public GroupId Group(int record) =>
        new(BinaryPrimitives.ReadInt32LittleEndian(_bytes[((record * LogFormat.DirectoryEntryBytes) + 4)..]));

    /// <summary>What a directory takes, in bytes.</summary>
    public static long BytesFor(int recordCount) =>
        ((long)recordCount * LogFormat.DirectoryEntryBytes) + LogFormat.DirectoryTailBytes;

    /// <summary>Writes one entry.</summary>
    public static void WriteEntry(Span<byte> directory, int record, int payloadLength, GroupId group)
    {
        var entry = directory[(record * LogFormat.DirectoryEntryBytes)..];
        BinaryPrimitives.WriteInt32LittleEndian(entry, payloadLength);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], group.Value);
    }

    /// <summary>Writes count and checksum behind the entries.</summary>
    public static void WriteTail(Span<byte> directory, int recordCount, uint epoch)
    {
        var tailAt = recordCount * LogFormat.DirectoryEntryBytes;
        BinaryPrimitives.WriteInt32LittleEndian(directory[tailAt..], recordCount);
        var crc = Crc32C.Of(directory[..(tailAt + 4)], epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(directory[(tailAt + 4)..], crc);
    }

    /// <summary>Reads the directory at the start of <paramref name="bytes"/>; false when it does not verify.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int recordCount, uint epoch, out BatchDirectory directory)
    {
        directory = default;
        if (recordCount < 0 || bytes.Length < BytesFor(recordCount))
        {
            return false;
        }

        var tailAt = recordCount * LogFormat.DirectoryEntryBytes;
        var isCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[tailAt..]) == recordCount;
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(tailAt + 4)..]);
        if (!isCount || Crc32C.Of(bytes[..(tailAt + 4)], epoch) != crc)
        {
            return false;
        }

        directory = new BatchDirectory(bytes[..tailAt]);
        return true;
    }
}
