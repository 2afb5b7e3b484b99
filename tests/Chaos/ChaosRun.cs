using System.Globalization;
using TimeMachine.Demo;

namespace TimeMachine.Chaos;

/// <summary>Runs load against a cluster, does something to it meanwhile, and looks whether all promises held.</summary>
internal sealed class ChaosRun(ChaosOptions asked, TextWriter output)
{
    private const int AroundSqlSeconds = 20;
    private const int StoreMsMin = 5_000;
    private const int WarmMs = 5_000;
    private const int LateMsMax = 60_000;
    private const int AftermathMs = 3_000;

    /// <summary>Runs one.</summary>
    /// <param name="name">One of <see cref="Faults.All"/>.</param>
    /// <returns>Whether all held.</returns>
    public async Task<bool> RunAsync(string name)
    {
        var options = name == "sql"
            ? asked with { Seconds = Math.Max(asked.Seconds, asked.SqlSeconds + AroundSqlSeconds) }
            : asked;
        var clock = new RunClock();
        var ledger = new Ledger(clock);
        using var cluster = await ChaosCluster.StartAsync(options);
        await using var recipient = await Recipient.StartAsync((_, job) => ledger.NoteArrival(job));
        var load = new Load(options, new JobCalls(cluster.Rest, name), ledger);
        await load.RouteToAsync(recipient.Url);
        var startMs = clock.NowMs + StoreMsMin + load.AheadCount;
        await load.StoreAheadAsync(startMs);
        await clock.WaitAsync(startMs);
        var creates = load.CreateAsync();
        await Task.Delay(WarmMs);
        var faults = new Faults(options, cluster, ledger);
        var said = await Faults.All[name](faults);
        await creates;
        var endMs = startMs + (options.Seconds * 1_000L);
        await clock.WaitAsync(
            () => clock.NowMs >= endMs && ledger.Arrived >= ledger.Jobs.Count - ledger.Failed.Count, LateMsMax);
        await Task.Delay(AftermathMs);

        var verdict = Verdict.Of(ledger, (startMs + WarmMs, endMs), faults.Times);
        var report = new Report(name);
        report.Say(said);
        report.Say(verdict.ToString());
        foreach (var failed in ledger.Failed.Take(5))
        {
            report.Say(string.Create(CultureInfo.InvariantCulture, $"failed create {failed}"));
        }

        // With all nodes down there is nobody to serve: that gap is told, not judged.
        report.Require(verdict.Broken(name == "all" ? int.MaxValue : options.GapMsMax));
        report.Require(faults.Broken);
        return await report.WriteAsync(output);
    }
}
