namespace TimeMachine.Core.Primitives;

/// <summary>A small seeded generator: the same seed gives the same draws on every machine and for ever.</summary>
/// <remarks>Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. Not for secrets.</remarks>
public struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Draws 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Draws a number from 0 to <paramref name="bound"/> - 1.</summary>
    /// <exception cref="InvariantViolationException">The bound is not positive.</exception>
    public long Below(long bound)
    {
        Invariant.Require(bound > 0);
        return (long)(((UInt128)Next() * (ulong)bound) >> 64);
    }

    /// <summary>Draws a number from <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    public long Between(long min, long max) => min + Below(max - min + 1);

    /// <summary>Is true <paramref name="part"/> times in <paramref name="whole"/>.</summary>
    public bool Chance(long part, long whole) => Below(whole) < part;
}
