using System.Diagnostics;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Mutants;

/// <summary>Switches deliberate bugs on, one at a time, and runs ordinary seeds against each.</summary>
public sealed class MutantRunner(CoreSources sources, Type setupsType, Action<string> print)
{
    /// <summary>A bug that so many seeds do not see was missed.</summary>
    public const int SeedsDefault = 500;

    /// <summary>A seed that takes longer than this, in seconds, never ends: the bug shows as a hang.</summary>
    public const int SeedSecondsMax = 120;

    private readonly Lock _gate = new();
    private readonly MutantCompiler _compiler = new(sources);

    /// <summary>Runs mutants on several threads.</summary>
    /// <returns>One result a mutant, in the order given.</returns>
    public IReadOnlyList<MutantResult> RunAll(
        IReadOnlyList<Mutant> mutants, ulong firstSeed, int seedCount, int threadCount)
    {
        ArgumentNullException.ThrowIfNull(mutants);
        var results = new MutantResult[mutants.Count];
        var next = -1;
        var workers = new Thread[Math.Clamp(threadCount, 1, Math.Max(1, mutants.Count))];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() =>
            {
                while (Interlocked.Increment(ref next) is var at && at < mutants.Count)
                {
                    results[at] = Run(mutants[at], firstSeed, seedCount);
                    Announce(results[at]);
                }
            });
            workers[i].Start();
        }

        foreach (var worker in workers)
        {
            worker.Join();
        }

        return results;
    }

    /// <summary>Runs seeds against the unpatched sources, compiled and loaded like a mutant's.</summary>
    public MutantResult RunUnpatched(ulong firstSeed, int seedCount)
    {
        var unpatched = new Mutant("unpatched", "", "", "");
        return Probe(unpatched, _compiler.Compile(out var error), error, firstSeed, seedCount);
    }

    /// <summary>Runs seeds against one mutant.</summary>
    public MutantResult Run(Mutant mutant, ulong firstSeed, int seedCount) =>
        Probe(mutant, _compiler.Compile(mutant, out var error), error, firstSeed, seedCount);

    private MutantResult Probe(Mutant mutant, byte[]? image, string error, ulong firstSeed, int seedCount)
    {
        if (image is null)
        {
            return new MutantResult(mutant, IsCaught: false, 0, "", "", error, 0);
        }

        var began = Stopwatch.GetTimestamp();
        var context = new MutantContext(sources.AssemblyName, image, [typeof(World).Assembly, setupsType.Assembly]);
        var simulator = context.LoadFresh(typeof(World).Assembly);
        var setups = context.LoadFresh(setupsType.Assembly).GetType(setupsType.FullName!, throwOnError: true)!;
        var probe = simulator.GetType(typeof(MutantProbe).FullName!, throwOnError: true)!
            .GetMethod(nameof(MutantProbe.FirstViolation))!
            .CreateDelegate<Func<Type, ulong, int, long[], string[]?>>();
        var progress = new long[1];
        string[]? found = null;
        var worker = new Thread(() => found = probe(setups, firstSeed, seedCount, progress), 16 << 20)
        {
            IsBackground = true,
        };
        worker.Start();
        var isHanging = IsHanging(worker, progress);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (isHanging)
        {
            var seed = firstSeed + (ulong)progress[0] - 1;
            return new MutantResult(mutant, IsCaught: true, (int)progress[0], $"{seed}", "hang", "never ends", seconds);
        }

        return found is null
            ? new MutantResult(mutant, IsCaught: false, seedCount, "", "", "", seconds)
            : new MutantResult(mutant, IsCaught: true, (int)progress[0], found[1], found[2], found[3], seconds);
    }

    private static bool IsHanging(Thread worker, long[] progress)
    {
        var seen = 0L;
        var since = Stopwatch.GetTimestamp();
        while (!worker.Join(100))
        {
            var now = Volatile.Read(ref progress[0]);
            if (now != seen)
            {
                seen = now;
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(since).TotalSeconds > SeedSecondsMax)
            {
                return true;
            }
        }

        return false;
    }

    private void Announce(MutantResult result)
    {
        lock (_gate)
        {
            print(MutantReport.Line(result));
        }
    }
}
