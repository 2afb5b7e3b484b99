using TimeMachine.Core.Replication;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>Counts what a state machine asks of its rows.</summary>
internal sealed class CountedRows(IRowStore rows) : IRowStore
{
    /// <summary>Rows written, deletions counted too.</summary>
    public long Written { get; private set; }

    /// <summary>Rows looked up and rows scanned.</summary>
    public long Read { get; private set; }

    /// <inheritdoc/>
    public long FreshBytes => rows.FreshBytes;

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        Read++;
        return rows.TryGet(key, out value);
    }

    /// <inheritdoc/>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Written++;
        rows.Put(key, value);
    }

    /// <inheritdoc/>
    public void Delete(ReadOnlySpan<byte> key)
    {
        Written++;
        rows.Delete(key);
    }

    /// <inheritdoc/>
    public void Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, int rowsMax, List<StoredRow> into)
    {
        var before = into.Count;
        rows.Scan(from, toExclusive, rowsMax, into);
        Read += into.Count - before;
    }
}
