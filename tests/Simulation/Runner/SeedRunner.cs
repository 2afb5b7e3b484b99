using System.Diagnostics;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Runner;

/// <summary>Runs seeds on several threads; each thread owns its runs from begin to end.</summary>
public sealed class SeedRunner(Func<ISimulationSetup> createSetup, int threadCount, Action<string> print)
{
    /// <summary>No further seed begins once this many failed: there is enough to look at.</summary>
    public const int FailedSeedsMax = 100;

    /// <summary>The violations of a seed that are printed; the first tells most.</summary>
    public const int LinesASeedMax = 3;

    private const double ProgressSeconds = 10;

    private readonly Lock _gate = new();
    private readonly RunTotals _totals = new();
    private readonly Stopwatch _watch = new();
    private double _nextProgress = ProgressSeconds;
    private ulong _nextSeed;

    /// <summary>Runs a number of seeds, or seeds for some time.</summary>
    /// <param name="firstSeed">The first seed; the others follow it.</param>
    /// <param name="seedCount">How many at most.</param>
    /// <param name="seconds">No further seed begins after this.</param>
    public RunTotals Run(ulong firstSeed, long seedCount, double seconds)
    {
        _nextSeed = firstSeed;
        _watch.Restart();
        var workers = new Thread[threadCount];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() => Work(firstSeed + (ulong)seedCount, seconds), 16 << 20);
            workers[i].Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        return _totals;
    }

    /// <summary>Runs one seed.</summary>
    public static RunResult RunOne(
        ulong seed, ISimulationSetup setup, WorldMemory? memory = null, Action<string>? trace = null)
    {
        var run = new SimRun(new World(seed, memory), setup, null);
        if (trace is not null)
        {
            run.World.TraceTo(trace);
        }

        return run.Execute();
    }

    private void Work(ulong endSeed, double seconds)
    {
        var setup = createSetup();
        var memory = new WorldMemory();
        while (TryTakeSeed(endSeed, seconds, out var seed))
        {
            var began = Stopwatch.GetTimestamp();
            var result = RunOne(seed, setup, memory);
            Report(result, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
    }

    private bool TryTakeSeed(ulong endSeed, double seconds, out ulong seed)
    {
        lock (_gate)
        {
            seed = _nextSeed;
            var isOver = seed >= endSeed || _watch.Elapsed.TotalSeconds > seconds
                || _totals.FailedSeedCount >= FailedSeedsMax;
            _nextSeed += isOver ? 0UL : 1UL;
            return !isOver;
        }
    }

    private void Report(RunResult result, double busySeconds)
    {
        lock (_gate)
        {
            _totals.Add(result, busySeconds);
            foreach (var violation in result.Violations.Take(LinesASeedMax))
            {
                print(ReportTable.Line(violation));
            }

            if (_watch.Elapsed.TotalSeconds >= _nextProgress)
            {
                _nextProgress = _watch.Elapsed.TotalSeconds + ProgressSeconds;
                var seconds = (long)_watch.Elapsed.TotalSeconds;
                print($"... {_totals.SeedCount} seeds, {_totals.EventCount} events, "
                    + $"{_totals.Violations.Count} violations, {seconds} s");
            }
        }
    }
}
