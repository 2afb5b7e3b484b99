using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;
using TimeMachine.Simulation.Toy;

namespace TimeMachine.Simulation.Tests.Runner;

public sealed class ToyRunTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_also_in_used_memory()
    {
        var memory = new WorldMemory();
        for (ulong seed = 1; seed <= 6; seed++)
        {
            var first = SeedRunner.RunOne(seed, new ToySetup());
            var second = SeedRunner.RunOne(seed, new ToySetup(), memory, _ => { });

            Assert.Equal(first.TraceHash, second.TraceHash);
            Assert.Equal(first.EventCount, second.EventCount);
        }
    }

    [Fact]
    public void Different_seeds_give_different_runs() =>
        Assert.NotEqual(
            SeedRunner.RunOne(1, new ToySetup()).TraceHash, SeedRunner.RunOne(2, new ToySetup()).TraceHash);

    [Fact]
    public void A_toy_that_answers_after_the_sync_loses_nothing_under_any_fault()
    {
        var totals = new SeedRunner(() => new ToySetup(), 2, _ => { }).Run(1, 12, 600);

        Assert.Empty(totals.Violations);
        Assert.Equal(12, totals.SeedCount);
    }

    [Fact]
    public void A_toy_that_answers_before_the_sync_is_caught()
    {
        var lines = new List<string>();

        var totals = new SeedRunner(() => new ToySetup(acksBeforeSync: true), 2, lines.Add).Run(1, 25, 600);

        Assert.Contains(totals.Violations, violation => violation.Checker == "answered-is-durable");
        Assert.Contains(lines, line => line.Contains("replay: dotnet run -c Release", StringComparison.Ordinal));
    }

    [Fact]
    public void When_faults_are_over_everything_is_right_again()
    {
        for (ulong seed = 1; seed <= 6; seed++)
        {
            var run = new SimRun(seed, new ToySetup());

            run.Execute();

            foreach (var host in run.Network.Hosts.Where(host => host.Address <= run.Swarm.NodeCount))
            {
                Assert.False(host.Clock.IsBad);
                Assert.True(host.IsRunning || host.IsRetired || host.Life == 0);
                Assert.All(run.Network.Hosts, other => Assert.False(run.Network.IsCut(host.Address, other.Address)));
            }
        }
    }

    [Fact]
    public void The_report_lists_counters_that_stayed_zero_and_ends_with_the_summary()
    {
        CounterCatalog.LoadFrom(typeof(SimRun).Assembly);
        var totals = new RunTotals();
        totals.Add(SeedRunner.RunOne(1, new ToySetup()), busySeconds: 1);

        var lines = new ReportTable(totals, wallSeconds: 1).Lines().ToList();

        Assert.Contains(lines, line => line.StartsWith("reached: crash at AfterApply", StringComparison.Ordinal)
            && line.EndsWith("<-- never", StringComparison.Ordinal));
        Assert.StartsWith("OK: 1 seeds", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_run_that_never_reached_a_state_is_not_good()
    {
        CounterCatalog.LoadFrom(typeof(SimRun).Assembly);
        var totals = new RunTotals();
        var result = SeedRunner.RunOne(1, new ToySetup());
        for (var i = 0; i < ReportTable.SeedsForReach; i++)
        {
            totals.Add(result, busySeconds: 1);
        }

        Assert.False(new ReportTable(totals, wallSeconds: 1).IsGood);
    }
}
