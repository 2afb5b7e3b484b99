namespace TimeMachine.Core.Log;

/// <summary>Where the record of an entry lies. Epoch 0: in the open batch, not placed yet.</summary>
/// <param name="Epoch">The segment's epoch.</param>
/// <param name="Offset">The record's offset, in bytes.</param>
/// <param name="Length">Header and payload, in bytes.</param>
internal readonly record struct EntrySpot(uint Epoch, int Offset, int Length);

/// <summary>The spots of one group's kept entries, 12 bytes each, in a ring that grows and shrinks.</summary>
internal sealed class EntryTable
{
    private const int CapacityMin = 16;

    private EntrySpot[] _ring = new EntrySpot[CapacityMin];
    private int _head;

    /// <summary>The index of the first entry.</summary>
    public LogIndex First { get; private set; } = new(1);

    /// <summary>How many entries.</summary>
    public int Count { get; private set; }

    /// <summary>The index of the last entry; one less than <see cref="First"/> when empty.</summary>
    public LogIndex Last => First + (Count - 1);

    /// <summary>The spot of an entry.</summary>
    public EntrySpot this[LogIndex index]
    {
        get => _ring[RingAt(index)];
        set => _ring[RingAt(index)] = value;
    }

    /// <summary>Whether an entry is here.</summary>
    public bool Contains(LogIndex index) => index >= First && index <= Last;

    /// <summary>Forgets all; the next entry is <paramref name="first"/>.</summary>
    public void Reset(LogIndex first)
    {
        (First, Count, _head) = (first, 0, 0);
        Array.Resize(ref _ring, CapacityMin);
    }

    /// <summary>Adds the entry behind the last.</summary>
    public void Append(EntrySpot spot)
    {
        if (Count == _ring.Length)
        {
            Resize(_ring.Length * 2);
        }

        Count++;
        this[Last] = spot;
    }

    /// <summary>Forgets the entries from <paramref name="index"/> on.</summary>
    public void TruncateFrom(LogIndex index) => Count = (int)Math.Min(Count, Math.Max(0, index - First));

    /// <summary>Forgets the entries up to <paramref name="index"/>.</summary>
    public void DropThrough(LogIndex index)
    {
        var dropped = (int)Math.Clamp(index - First + 1, 0, Count);
        _head = (_head + dropped) & (_ring.Length - 1);
        (First, Count) = (First + dropped, Count - dropped);
        if (_ring.Length > CapacityMin && Count < _ring.Length / 4)
        {
            Resize(_ring.Length / 2);
        }
    }

    private int RingAt(LogIndex index)
    {
        Invariant.Require(Contains(index));
        return (int)((_head + (index - First)) & (_ring.Length - 1));
    }

    private void Resize(int capacity)
    {
        var ring = new EntrySpot[capacity];
        for (var at = 0; at < Count; at++)
        {
            ring[at] = _ring[(_head + at) & (_ring.Length - 1)];
        }

        (_ring, _head) = (ring, 0);
    }
}
