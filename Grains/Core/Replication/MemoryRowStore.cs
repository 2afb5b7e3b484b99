namespace TimeMachine.Core.Replication;

/// <summary>
/// Rows in memory: a sorted array of blocks, so that a copy shares nothing that changes and costs little.
/// </summary>
public sealed class MemoryRowStore : IRowStore
{
    private const int BlockRowsMax = 64;
    private readonly List<List<StoredRow>> _blocks = [];

    /// <inheritdoc/>
    public long FreshBytes => 0;

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (!TryFind(key, out var block, out var row))
        {
            return false;
        }

        value = _blocks[block][row].Value;
        return true;
    }

    /// <inheritdoc/>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var isThere = TryFind(key, out var block, out var row);
        if (isThere)
        {
            _blocks[block][row] = new StoredRow(_blocks[block][row].Key, value.ToArray());
            return;
        }

        if (_blocks.Count == 0)
        {
            _blocks.Add([]);
        }

        _blocks[block].Insert(row, new StoredRow(key.ToArray(), value.ToArray()));
        Count++;
        SplitIfFull(block);
    }

    /// <inheritdoc/>
    public void Delete(ReadOnlySpan<byte> key)
    {
        if (!TryFind(key, out var block, out var row))
        {
            return;
        }

        _blocks[block].RemoveAt(row);
        Count--;
        if (_blocks[block].Count == 0)
        {
            _blocks.RemoveAt(block);
        }
    }

    /// <inheritdoc/>
    public void Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, int rowsMax, List<StoredRow> into)
    {
        TryFind(from, out var block, out var row);
        for (; block < _blocks.Count && rowsMax > 0; block++, row = 0)
        {
            for (; row < _blocks[block].Count && rowsMax > 0; row++, rowsMax--)
            {
                var found = _blocks[block][row];
                if (found.Key.Span.SequenceCompareTo(toExclusive) >= 0)
                {
                    return;
                }

                into.Add(found);
            }
        }
    }

    /// <summary>Copies the rows as they are now.</summary>
    public MemoryRowStore Clone()
    {
        var clone = new MemoryRowStore { Count = Count };
        foreach (var block in _blocks)
        {
            clone._blocks.Add([.. block]);
        }

        return clone;
    }

    /// <summary>Removes the rows that a filter condemns, as a store's merge does.</summary>
    public void Purge(Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, bool> isCondemned)
    {
        foreach (var block in _blocks)
        {
            Count -= block.RemoveAll(row => isCondemned(row.Key, row.Value));
        }

        _blocks.RemoveAll(block => block.Count == 0);
    }

    /// <summary>Finds the place of a key: where it is, or where it would be inserted.</summary>
    private bool TryFind(ReadOnlySpan<byte> key, out int block, out int row)
    {
        var low = 0;
        var high = _blocks.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            var isAtOrAbove = key.SequenceCompareTo(_blocks[middle][0].Key.Span) >= 0;
            low = isAtOrAbove ? middle : low;
            high = isAtOrAbove ? high : middle - 1;
        }

        block = low;
        row = 0;
        return _blocks.Count > 0 && TryFindIn(_blocks[block], key, out row);
    }

    private static bool TryFindIn(List<StoredRow> rows, ReadOnlySpan<byte> key, out int row)
    {
        var low = 0;
        var high = rows.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = rows[middle].Key.Span.SequenceCompareTo(key);
            if (order == 0)
            {
                row = middle;
                return true;
            }

            low = order < 0 ? middle + 1 : low;
            high = order < 0 ? high : middle;
        }

        row = low;
        return false;
    }

    private void SplitIfFull(int block)
    {
        var rows = _blocks[block];
        if (rows.Count > BlockRowsMax)
        {
            var half = rows.Count / 2;
            _blocks.Insert(block + 1, rows.GetRange(half, rows.Count - half));
            rows.RemoveRange(half, rows.Count - half);
        }
    }
}
