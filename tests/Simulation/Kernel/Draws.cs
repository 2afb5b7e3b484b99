namespace TimeMachine.Simulation.Kernel;

/// <summary>One purpose's own stream of draws, so that a change in one purpose does not shift the others.</summary>
public sealed class Draws
{
    private SplitMix64 _generator;

    /// <summary>Starts the stream of a purpose of a run.</summary>
    public Draws(ulong seed, ulong purpose)
    {
        var mixed = new SplitMix64(seed);
        _generator = new SplitMix64(mixed.Next() ^ (purpose * 0xD6E8FEB86659FD93UL));
        _generator.Next();
    }

    /// <summary>Draws 64 bits.</summary>
    public ulong Next() => _generator.Next();

    /// <summary>Draws a number from 0 to <paramref name="bound"/> - 1.</summary>
    public long Below(long bound) => _generator.Below(bound);

    /// <summary>Draws an index from 0 to <paramref name="count"/> - 1.</summary>
    public int Index(int count) => (int)_generator.Below(count);

    /// <summary>Draws a number from <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    public long Between(long min, long max) => _generator.Between(min, max);

    /// <summary>Is true <paramref name="part"/> times in <paramref name="whole"/>.</summary>
    public bool Chance(long part, long whole) => _generator.Chance(part, whole);

    /// <summary>Is true with a probability in parts per million; draws nothing at 0.</summary>
    public bool Ppm(int partsPerMillion) => partsPerMillion > 0 && _generator.Below(1_000_000) < partsPerMillion;

    /// <summary>Draws around <paramref name="mean"/> with a long tail: one draw in 32 is up to 16 times the
    /// mean.</summary>
    public long LongTail(long mean)
    {
        if (mean <= 0)
        {
            return 0;
        }

        var usual = _generator.Below(2 * mean);
        return (_generator.Next() & 31) == 0 ? usual * 8 : usual;
    }

    /// <summary>Picks one item.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Index(items.Count)];
}
