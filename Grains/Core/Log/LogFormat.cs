namespace TimeMachine.Core.Log;

/// <summary>The numbers of the node log's format, version 1 (docs/formats/node-log.md).</summary>
public static class LogFormat
{
    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const byte Version = 1;

    /// <summary>
    /// Batches begin at multiples of this, so that a synced batch shares no disk block with a later one.
    /// </summary>
    public const int BlockBytes = 512;

    /// <summary>
    /// The bytes of a segment's header, at offset 0; batches follow at offset <see cref="BlockBytes"/>.
    /// </summary>
    public const int SegmentHeaderBytes = 64;

    /// <summary>The bytes of a batch's header.</summary>
    public const int BatchHeaderBytes = 64;

    /// <summary>The bytes of a record's header; the payload follows, padded to 8 bytes.</summary>
    public const int RecordHeaderBytes = 56;

    /// <summary>The bytes that the directory at a batch's end takes for each record.</summary>
    public const int DirectoryEntryBytes = 8;

    /// <summary>The bytes of the directory's own end: count and checksum.</summary>
    public const int DirectoryTailBytes = 8;

    /// <summary>What a batch takes beside its records; padding to <see cref="BlockBytes"/> included.</summary>
    public const int BatchOverheadBytes = BatchHeaderBytes + DirectoryTailBytes + BlockBytes;

    /// <summary>What a record takes beside its payload, at most.</summary>
    public const int RecordOverheadBytes = RecordHeaderBytes + DirectoryEntryBytes + 8;

    /// <summary>
    /// The entry kind whose payload is a group's configuration: the log must know it to keep the last one.
    /// </summary>
    public const byte ConfigurationEntryKind = 3;

    /// <summary>
    /// The largest encoded configuration of a GroupStart record, in bytes; it must fit in the smallest segment.
    /// </summary>
    public const int ConfigurationBytesMax = 4 * 1024;

    /// <summary>Rounds up to whole blocks.</summary>
    public static int RoundToBlock(int bytes) => (bytes + BlockBytes - 1) & ~(BlockBytes - 1);

    /// <summary>Rounds up to 8 bytes.</summary>
    public static int RoundToEight(int bytes) => (bytes + 7) & ~7;
}
