using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>
/// Remembers how early the due rows were that entries inserted of late: for any index, the earliest due time inserted
/// after it. Bounded: when full, two neighbours become one that claims the later index and the earlier time, so that
/// a floor may be held back for nothing, and never moves past an insert.
/// </summary>
internal sealed class DueInserts
{
    private const int EntriesMax = 64;
    private readonly List<(LogIndex Index, UnixMs Due)> _minima = [];

    public void Add(LogIndex index, UnixMs due)
    {
        while (_minima.Count > 0 && _minima[^1].Due >= due)
        {
            _minima.RemoveAt(_minima.Count - 1);
        }

        _minima.Add((index, due));
        if (_minima.Count > EntriesMax)
        {
            _minima[0] = (_minima[1].Index, _minima[0].Due);
            _minima.RemoveAt(1);
        }
    }

    /// <summary>
    /// Whether a row due before <paramref name="floor"/> was, or may have been, inserted after an index.
    /// </summary>
    public bool HasInsertBelow(UnixMs floor, LogIndex asOf)
    {
        foreach (var (index, due) in _minima)
        {
            if (index > asOf)
            {
                return due < floor;
            }
        }

        return false;
    }

    public void Write(ByteWriter writer)
    {
        writer.VarInt(_minima.Count);
        foreach (var (index, due) in _minima)
        {
            writer.VarI64(index.Value);
            writer.VarI64(due.Value);
        }
    }

    public void Read(ref ByteReader reader)
    {
        for (var count = reader.VarInt(EntriesMax); count > 0 && !reader.Failed; count--)
        {
            _minima.Add((new LogIndex(reader.VarI64()), new UnixMs(reader.VarI64())));
        }
    }
}
