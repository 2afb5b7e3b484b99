using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Runner;

/// <summary>The sums of many runs.</summary>
public sealed class RunTotals
{
    private readonly List<Violation> _violations = [];

    /// <summary>Runs.</summary>
    public long SeedCount { get; private set; }

    /// <summary>Events of all runs.</summary>
    public long EventCount { get; private set; }

    /// <summary>The fewest events of a run.</summary>
    public long EventCountLeast { get; private set; } = long.MaxValue;

    /// <summary>The most events of a run.</summary>
    public long EventCountMost { get; private set; }

    /// <summary>Virtual time of all runs, in microseconds.</summary>
    public long VirtualUs { get; private set; }

    /// <summary>Time that the worker threads spent in runs, in seconds.</summary>
    public double BusySeconds { get; private set; }

    /// <summary>The sums of all counters.</summary>
    public CounterValues Counters { get; } = new();

    /// <summary>Runs with a violation.</summary>
    public long FailedSeedCount { get; private set; }

    /// <summary>What was found.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>Events for each second of one core.</summary>
    public double EventsPerCoreSecond => BusySeconds > 0 ? EventCount / BusySeconds : 0;

    /// <summary>Adds a run.</summary>
    public void Add(RunResult result, double busySeconds)
    {
        ArgumentNullException.ThrowIfNull(result);
        SeedCount++;
        EventCount += result.EventCount;
        EventCountLeast = Math.Min(EventCountLeast, result.EventCount);
        EventCountMost = Math.Max(EventCountMost, result.EventCount);
        VirtualUs += result.VirtualUs;
        BusySeconds += busySeconds;
        Counters.AddAll(result.Counters);
        FailedSeedCount += result.Violations.Count > 0 ? 1 : 0;
        _violations.AddRange(result.Violations);
    }
}
