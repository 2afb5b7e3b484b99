using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Tests.Node;

/// <summary>Rows that can be told to be damaged.</summary>
internal sealed class BreakableRows : IRowStore
{
    private readonly MemoryRowStore _rows = new();

    public bool IsBroken { get; set; }

    public long FreshBytes => _rows.FreshBytes;

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        Check();
        return _rows.TryGet(key, out value);
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => _rows.Put(key, value);

    public void Delete(ReadOnlySpan<byte> key) => _rows.Delete(key);

    public void Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, int rowsMax, List<StoredRow> into)
    {
        Check();
        _rows.Scan(from, toExclusive, rowsMax, into);
    }

    private void Check()
    {
        if (IsBroken)
        {
            throw new RowsDamagedException("broken by the test");
        }
    }
}
