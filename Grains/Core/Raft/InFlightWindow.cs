namespace TimeMachine.Core.Raft;

/// <summary>The appends that were sent to one peer and not acknowledged yet: a ring that grows to its need and
/// stays.</summary>
/// <remarks>Its user keeps it within <see cref="RaftOptions.WindowMessagesMax"/> and WindowBytesMax.</remarks>
internal sealed class InFlightWindow
{
    private (LogIndex Last, int Bytes)[] _ring = [];
    private int _head;

    /// <summary>Messages in flight.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of entries in flight.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a message that ends with <paramref name="last"/>, which is above all before it.</summary>
    public void Add(LogIndex last, int bytes)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_head + Count) & (_ring.Length - 1)] = (last, bytes);
        Count++;
        Bytes += bytes;
    }

    /// <summary>Frees every message that ends at or below <paramref name="match"/>: one answer stands for all
    /// before.</summary>
    public void FreeThrough(LogIndex match)
    {
        while (Count > 0 && _ring[_head].Last <= match)
        {
            FreeFirst();
        }
    }

    /// <summary>Frees the oldest message, if there is one.</summary>
    public void FreeFirst()
    {
        if (Count == 0)
        {
            return;
        }

        Bytes -= _ring[_head].Bytes;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
    }

    /// <summary>Frees all.</summary>
    public void Clear()
    {
        _head = 0;
        Count = 0;
        Bytes = 0;
    }

    private void Grow()
    {
        var larger = new (LogIndex Last, int Bytes)[Math.Max(8, _ring.Length * 2)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        _ring = larger;
        _head = 0;
    }
}
