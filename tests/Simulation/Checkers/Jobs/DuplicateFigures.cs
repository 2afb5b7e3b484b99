namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>How often recipients saw a key again, by its cause, and how often each cause let them.</summary>
public sealed class DuplicateFigures
{
    private readonly long[] _counts = new long[4];
    private readonly long[] _bounds = new long[4];

    /// <summary>The causes of promise 3.</summary>
    public static ReadOnlySpan<DuplicateCause> Causes =>
        [DuplicateCause.Inherited, DuplicateCause.Failed, DuplicateCause.Redriven];

    /// <summary>All keys sent again.</summary>
    public long Total => _counts.Sum();

    /// <summary>How often they could have been.</summary>
    public long Bound => _bounds.Sum();

    /// <summary>Keys sent again for a cause; each without one is a violation.</summary>
    public long Of(DuplicateCause cause) => _counts[(int)cause];

    /// <summary>How often the cause came up: claims inherited, attempts failed and made again, redrives.</summary>
    public long BoundOf(DuplicateCause cause) => _bounds[(int)cause];

    internal void Count(DuplicateCause cause) => _counts[(int)cause]++;

    internal void Allow(DuplicateCause cause) => _bounds[(int)cause]++;
}
