using System.Diagnostics;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Mutants;

/// <summary>Switches deliberate bugs on, one at a time, and runs ordinary seeds against each.</summary>
public sealed class MutantRunner(CoreSources sources, Type setupsType, Action<string> print)
{
    /// <summary>A bug that so many seeds do not see was missed.</summary>
    public const int SeedsDefault = 500;

    /// <summary>A seed that takes longer than this, in seconds, never ends: the bug shows as a hang.</summary>
    public const int SeedSecondsMax = 300;

    private readonly Lock _gate = new();
    private readonly MutantCompiler _compiler = new(sources);
    private readonly UnpatchedSeeds _unpatched = new(setupsType);

    /// <summary>Seeds that did not count because they violate without any patch.</summary>
    public int SeedsNotCounted => _unpatched.FailedCount;

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
            return new MutantResult(mutant, MutantVerdict.Error, 0, 0, "", error, 0);
        }

        var began = Stopwatch.GetTimestamp();
        var run = FreshRun(image);
        for (var begun = 0; begun < seedCount;)
        {
            var progress = new long[1];
            var (seed, finding) = (firstSeed + (ulong)begun, ((string, string)?)null);
            var hasEnded = TryRun(() => finding = run(seed, seedCount - begun, progress), progress);
            begun += (int)progress[0];
            seed = firstSeed + (ulong)begun - 1;
            var found = hasEnded ? finding : ("hang", $"seed {seed} never ends");
            if (found is not var (checker, text))
            {
                break;
            }

            if (!hasEnded || !_unpatched.Fails(seed))
            {
                var isRule = mutant.Rule.Length == 0 || mutant.Rule == checker;
                var verdict = isRule ? MutantVerdict.Caught : MutantVerdict.SeenByAnotherRule;
                var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
                return new MutantResult(mutant, verdict, begun, seed, checker, text, seconds);
            }
        }

        var total = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new MutantResult(mutant, MutantVerdict.Missed, seedCount, 0, "", "", total);
    }

    /// <summary>Runs seeds in a fresh copy of the simulator over the given assembly.</summary>
    private Func<ulong, int, long[], (string Checker, string Text)?> FreshRun(byte[] image)
    {
        var context = new MutantContext(
            sources.AssemblyName,
            image,
            [typeof(World).Assembly, typeof(Storage.JobStore.RowTree).Assembly, setupsType.Assembly]);
        var simulator = context.LoadFresh(typeof(World).Assembly);
        var setups = context.LoadFresh(setupsType.Assembly).GetType(setupsType.FullName!, throwOnError: true)!;
        var probe = simulator.GetType(typeof(MutantProbe).FullName!, throwOnError: true)!
            .GetMethod(nameof(MutantProbe.FirstViolation))!
            .CreateDelegate<Func<Type, ulong, int, long[], string[]?>>();
        return (firstSeed, seedCount, progress) =>
            probe(setups, firstSeed, seedCount, progress) is { } found ? (found[0], found[1]) : null;
    }

    /// <summary>Runs on a thread of its own, with a large stack.</summary>
    /// <returns>False if a seed does not end; its thread is left behind.</returns>
    private static bool TryRun(Action action, long[] progress)
    {
        var worker = new Thread(() => action(), 16 << 20) { IsBackground = true };
        worker.Start();
        return !IsHanging(worker, progress);
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
