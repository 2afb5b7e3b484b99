using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Clocks;

/// <summary>The clocks of one machine: a wall clock that may be wrong, and a monotonic clock that drifts a
/// little.</summary>
public sealed class SimClock
{
    /// <summary>The wall time of the start of a run: 2026-01-01T00:00:00Z.</summary>
    public const long EpochMs = 1_767_225_600_000;

    /// <summary>The monotonic clock is off by at most this share: 0.05 %.</summary>
    public const int MonotonicDriftPpmMax = 500;

    private readonly World _world;
    private readonly long _monotonicStartUs;
    private readonly int _monotonicDriftPpm;
    private long _offsetUs;
    private long _driftFromUs;
    private int _driftPpm;

    /// <summary>Draws a good clock.</summary>
    /// <param name="world">The run.</param>
    /// <param name="goodErrorMs">A good wall clock is off by at most this, in milliseconds.</param>
    public SimClock(World world, int goodErrorMs = 5)
    {
        _world = world;
        var draws = world.Draws.Clocks;
        GoodOffsetUs = draws.Between(-goodErrorMs * 1_000L, goodErrorMs * 1_000L);
        _offsetUs = GoodOffsetUs;
        _monotonicStartUs = draws.Between(1_000_000, 3_600_000_000);
        _monotonicDriftPpm = (int)draws.Between(-MonotonicDriftPpmMax, MonotonicDriftPpmMax);
    }

    private SimClock(World world, long offsetUs)
    {
        _world = world;
        _offsetUs = offsetUs;
    }

    /// <summary>The error of the wall clock when it is a good one, in microseconds.</summary>
    public long GoodOffsetUs { get; }

    /// <summary>Whether a fault holds the wall clock wrong now.</summary>
    public bool IsBad { get; private set; }

    /// <summary>The wall time in microseconds since 1970, errors included.</summary>
    public long WallUs => (EpochMs * 1_000) + _world.NowUs + ErrorUs;

    /// <summary>The wall time, errors included.</summary>
    public UnixMs Wall => new(Math.DivRem(WallUs, 1_000).Quotient);

    /// <summary>The monotonic time: never steps, runs on while the process is frozen.</summary>
    public MonoMs Mono => new(MonoUs / 1_000);

    /// <summary>The monotonic time in microseconds.</summary>
    public long MonoUs => _monotonicStartUs + _world.NowUs + Part(_world.NowUs, _monotonicDriftPpm);

    /// <summary>How far the wall clock is from true time now, in microseconds.</summary>
    public long ErrorUs => _offsetUs + (_driftPpm == 0 ? 0 : Part(_world.NowUs - _driftFromUs, _driftPpm));

    /// <summary>A perfect clock, for clients and recipients.</summary>
    public static SimClock Perfect(World world) => new(world, 0);

    /// <summary>The true wall time of a run's moment: what checkers judge by.</summary>
    public static UnixMs TrueWall(World world)
    {
        ArgumentNullException.ThrowIfNull(world);
        return new UnixMs(EpochMs + world.NowMs);
    }

    /// <summary>The first true time in microseconds at which the monotonic clock shows a time.</summary>
    public long TrueUsAt(MonoMs at)
    {
        if (at.Value >= long.MaxValue / 2_000)
        {
            return long.MaxValue;
        }

        var targetUs = at.Value * 1_000;
        var leftUs = targetUs - MonoUs;
        if (leftUs <= 0)
        {
            return _world.NowUs;
        }

        // The quotient is off by a microsecond or two; the first true time is found by steps.
        var guess = _world.NowUs + (long)((Int128)leftUs * 1_000_000 / (1_000_000 + _monotonicDriftPpm));
        while (MonoUsAt(guess - 1) >= targetUs)
        {
            guess--;
        }

        while (MonoUsAt(guess) < targetUs)
        {
            guess++;
        }

        return guess;
    }

    /// <summary>Moves the wall clock by a step, forward or back, in microseconds; it counts as bad until <see
    /// cref="Mend"/>.</summary>
    public void Step(long byUs)
    {
        _offsetUs += byUs;
        IsBad = true;
    }

    /// <summary>Lets the wall clock drift from now on, in parts per million; it counts as bad until <see
    /// cref="Mend"/>.</summary>
    public void Drift(int ppm)
    {
        _offsetUs = ErrorUs;
        _driftFromUs = _world.NowUs;
        _driftPpm = ppm;
        IsBad = true;
    }

    /// <summary>Sets the wall clock right again.</summary>
    public void Mend()
    {
        _offsetUs = GoodOffsetUs;
        _driftPpm = 0;
        IsBad = false;
    }

    private long MonoUsAt(long trueUs) => _monotonicStartUs + trueUs + Part(trueUs, _monotonicDriftPpm);

    private static long Part(long us, int ppm) => us / 1_000_000 * ppm + (us % 1_000_000 * ppm / 1_000_000);
}
