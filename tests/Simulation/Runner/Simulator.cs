using System.Diagnostics;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Mutants;

namespace TimeMachine.Simulation.Runner;

/// <summary>The program: reads the command line, runs, prints.</summary>
public static class Simulator
{
    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>0 without a violation (and with everything reached), 1 with one, 2 for a bad command line.</returns>
    public static int Run(IReadOnlyList<string> args, Action<string> print)
    {
        ArgumentNullException.ThrowIfNull(print);
        if (RunnerOptions.Parse(args, out var error) is not { } options)
        {
            print(error);
            print(RunnerOptions.Usage);
            return 2;
        }

        CounterCatalog.LoadFrom(typeof(Simulator).Assembly);
        if (options.RunsMutants)
        {
            return RunMutants(options, print);
        }

        return options.ReplaySeed is { } seed ? Replay(seed, options, print) : RunSeeds(options, print);
    }

    private static int RunSeeds(RunnerOptions options, Action<string> print)
    {
        var watch = Stopwatch.StartNew();
        var runner = new SeedRunner(() => Setups.For(options), options.ThreadCount, print);
        var seedCount = options.SeedCount ?? (options.Minutes is null ? 100 : long.MaxValue / 2);
        var totals = runner.Run(options.FirstSeed, seedCount, (options.Minutes * 60) ?? double.MaxValue);
        var report = new ReportTable(totals, watch.Elapsed.TotalSeconds);
        foreach (var line in report.Lines())
        {
            print(line);
        }

        return report.IsGood ? 0 : 1;
    }

    private static int Replay(ulong seed, RunnerOptions options, Action<string> print)
    {
        var result = SeedRunner.RunOne(seed, Setups.For(options), trace: print);
        foreach (var violation in result.Violations)
        {
            print(ReportTable.Line(violation));
        }

        print($"{(result.Violations.Count == 0 ? "OK" : "FAILED")}: seed {seed}, {result.EventCount} events, "
            + $"{result.VirtualUs / 1_000_000} virtual seconds, trace hash {result.TraceHash:x16}, "
            + $"{result.Violations.Count} violations");
        return result.Violations.Count == 0 ? 0 : 1;
    }

    private static int RunMutants(RunnerOptions options, Action<string> print)
    {
        var names = options.MutantName?.Split(',') ?? [];
        var chosen = MutantTable.All
            .Where(mutant => options.MutantName is null || names.Contains(mutant.Name)).ToList();
        if (names.FirstOrDefault(name => MutantTable.All.All(mutant => mutant.Name != name)) is { } unknown)
        {
            print($"There is no mutant '{unknown}'.");
            return 2;
        }

        var seedCount = (int)Math.Min(options.SeedCount ?? MutantRunner.SeedsDefault, int.MaxValue);
        var runner = new MutantRunner(CoreSources.Load(), typeof(Setups), print);
        var results = runner.RunAll(chosen, options.FirstSeed, seedCount, options.ThreadCount);
        foreach (var line in MutantReport.Lines(results, seedCount, runner.SeedsNotCounted))
        {
            print(line);
        }

        return results.All(result => result.IsCaught) ? 0 : 1;
    }
}
