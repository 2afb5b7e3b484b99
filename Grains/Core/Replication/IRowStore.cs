namespace TimeMachine.Core.Replication;

/// <summary>A row as read by a scan.</summary>
public readonly record struct StoredRow(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

/// <summary>The rows of one replica: bytes in ordinal key order. Reads see every earlier write.</summary>
public interface IRowStore
{
    /// <summary>The memory of rows that are not on their way to disk yet, in bytes, about; 0 if rows are never written
    /// to disk.</summary>
    public long FreshBytes { get; }

    /// <summary>Finds a row. The value stays unchanged for ever.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value);

    /// <summary>Writes a row; key and value are copied.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Removes a row if it is there.</summary>
    public void Delete(ReadOnlySpan<byte> key);

    /// <summary>Appends rows from a key on to a list, in key order.</summary>
    /// <param name="from">The first key.</param>
    /// <param name="toExclusive">The key to stop before.</param>
    /// <param name="rowsMax">The most rows to read.</param>
    /// <param name="into">The list.</param>
    public void Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, int rowsMax, List<StoredRow> into);
}
