namespace TimeMachine.Core.Replication;

/// <summary>All rows of a store that nobody writes to meanwhile.</summary>
/// <param name="store">The store.</param>
public sealed class StoreRows(IRowStore store) : IRowSource
{
    private const int Step = 256;

    /// <summary>Above every key.</summary>
    private static readonly byte[] End = [0xFF];

    private readonly List<StoredRow> _rows = [];
    private byte[] _from = [];
    private int _next;
    private bool _isLastStep;

    /// <inheritdoc/>
    public bool TryRead(out StoredRow row)
    {
        if (_next == _rows.Count && !_isLastStep)
        {
            _rows.Clear();
            _next = 0;
            store.Scan(_from, End, Step, _rows);
            _isLastStep = _rows.Count < Step;
            _from = _isLastStep ? [] : [.. _rows[^1].Key.Span, 0];
        }

        row = _next < _rows.Count ? _rows[_next] : default;
        return _next++ < _rows.Count;
    }
}
