namespace TimeMachine.Core.Log;

/// <summary>Checks an entry's record that was read from disk: wrong bytes are never served.</summary>
public static class LogRecordReader
{
    /// <summary>Reads the entry.</summary>
    /// <param name="bytes">The bytes at the location, at least its length.</param>
    /// <param name="location">What the record must be.</param>
    /// <param name="entry">The entry; its payload is a slice of <paramref name="bytes"/>.</param>
    /// <returns>False when the slot was recycled since or the bytes are bad.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, in LogLocation location, out LogEntry entry)
    {
        entry = default;
        if (!RecordHeader.TryRead(bytes.Span, location.Epoch, out var header) || !header.IsPayloadGood(bytes.Span))
        {
            return false;
        }

        var isTheOne = header.Kind == LogRecordKind.Entry
            && header.Group == location.Group
            && header.Index == location.Index;
        if (!isTheOne || LogFormat.RecordHeaderBytes + header.PayloadLength != location.Length)
        {
            return false;
        }

        var payload = bytes.Slice(LogFormat.RecordHeaderBytes, header.PayloadLength);
        entry = new LogEntry(header.Index, header.Term, header.EntryKind, payload);
        return true;
    }
}
