using System.Diagnostics;
using System.Globalization;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Nodes;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Tests.Runner;

/// <summary>The short form of the simulation: ordinary seeds of the real cluster.</summary>
public sealed class NodeRunTests
{
    private const int SeedCount = 20;

    [Fact]
    public void Ordinary_seeds_break_no_promise()
    {
        var lines = new List<string>();

        var totals = new SeedRunner(() => new NodeSetup(), 2, lines.Add).Run(1, SeedCount, double.MaxValue);

        Assert.True(totals.Violations.Count == 0, string.Join('\n', lines));
        Assert.Equal(SeedCount, totals.SeedCount);
        Assert.True(totals.EventCountLeast >= 20_000);
        Assert.True(totals.Counters[RunFigures.Jobs] >= 500 * SeedCount);
    }

    [Fact]
    public void Ordinary_seeds_over_the_products_own_files_break_no_promise_and_run_alike()
    {
        var lines = new List<string>();

        var first = new SeedRunner(() => new NodeSetup(hasFiles: true), 2, lines.Add).Run(1, 3, double.MaxValue);
        var second = SeedRunner.RunOne(3, new NodeSetup(hasFiles: true));
        var third = SeedRunner.RunOne(3, new NodeSetup(hasFiles: true));

        Assert.True(first.Violations.Count == 0, string.Join('\n', lines));
        Assert.True(first.EventCountLeast >= 20_000);
        Assert.Equal(second.TraceHash, third.TraceHash);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_in_fresh_and_used_memory_and_in_another_process()
    {
        const ulong seed = 101;
        var memory = new WorldMemory();
        SeedRunner.RunOne(seed + 1, new NodeSetup(), memory);

        var first = SeedRunner.RunOne(seed, new NodeSetup());
        var second = SeedRunner.RunOne(seed, new NodeSetup(), memory, _ => { });

        Assert.Equal(first.TraceHash, second.TraceHash);
        Assert.Equal(first.EventCount, second.EventCount);
        Assert.Contains($"trace hash {first.TraceHash:x16}", LastLineOfAnotherProcess(seed), StringComparison.Ordinal);
    }

    private static string LastLineOfAnotherProcess(ulong seed)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(Simulator).Assembly.Location);
        start.ArgumentList.Add("--seed");
        start.ArgumentList.Add(seed.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.TrimEnd().Split('\n')[^1];
    }
}
