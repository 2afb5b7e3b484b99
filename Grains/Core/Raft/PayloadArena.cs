namespace TimeMachine.Core.Raft;

/// <summary>
/// The payload memory of a node: slabs that many groups share, used again once all their entries are evicted. Entries
/// that a truncation drops are never given back, since a writer may still read them: their slab is left to the runtime.
/// </summary>
public sealed class PayloadArena
{
    /// <summary>The size of a slab in bytes. A payload above a quarter of it stands alone.</summary>
    public const int SlabBytes = 256 * 1024;

    /// <summary>The most empty slabs that are kept for later use.</summary>
    public const int SpareMax = 32;

    private readonly Stack<PayloadSlab> _spare = new();
    private PayloadSlab _current = new(SlabBytes);

    /// <summary>Copies a payload.</summary>
    /// <param name="payload">The bytes.</param>
    /// <param name="slab">What to give back with <see cref="Release"/>; null for a large or empty payload.</param>
    public ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> payload, out PayloadSlab? slab)
    {
        slab = null;
        if (payload.Length is 0 or > SlabBytes / 4)
        {
            return payload.ToArray();
        }

        if (_current.Used + payload.Length > SlabBytes)
        {
            _current = _spare.Count > 0 ? _spare.Pop() : new PayloadSlab(SlabBytes);
        }

        slab = _current;
        var memory = slab.Bytes.AsMemory(slab.Used, payload.Length);
        payload.CopyTo(memory.Span);
        slab.Used += payload.Length;
        slab.Live++;
        return memory;
    }

    /// <summary>Gives an evicted entry's memory back. Nobody may read it any more.</summary>
    public void Release(PayloadSlab? slab)
    {
        if (slab is null || --slab.Live > 0)
        {
            return;
        }

        Invariant.Require(slab.Live == 0);
        slab.Used = 0;
        if (slab != _current && _spare.Count < SpareMax)
        {
            _spare.Push(slab);
        }
    }
}
