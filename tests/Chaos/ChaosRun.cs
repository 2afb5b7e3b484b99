using System.Globalization;
using TimeMachine.Demo;

namespace TimeMachine.Chaos;

/// <summary>Runs load against a cluster, does something to it meanwhile, and looks whether all promises held.</summary>
internal sealed class ChaosRun(ChaosOptions asked, TextWriter output)
{
    private const int AroundSqlSeconds = 20;
    private const int WarmMs = 5_000;
    private const int LateMsMax = 60_000;
    private const int AftermathMs = 3_000;
    private const int LookMs = 100;

    /// <summary>Runs one.</summary>
    /// <param name="name">One of <see cref="Faults.All"/>.</param>
    /// <returns>Whether all held.</returns>
    public async Task<bool> RunAsync(string name)
    {
        var options = name == "sql"
            ? asked with { Seconds = Math.Max(asked.Seconds, asked.SqlSeconds + AroundSqlSeconds) }
            : asked;
        var ledger = new Ledger();
        using var cluster = await ChaosCluster.StartAsync(options);
        await using var recipient = await Recipient.StartAsync((_, job) => ledger.NoteArrival(job));
        var load = new Load(options, cluster.Rest, ledger, name);
        await load.RouteToAsync(recipient.Url);

        // Storing ahead is no part of the load: it gets a second for each thousand jobs.
        var aheadMs = 5_000 + ((options.TriggersPerSecond - options.CreatesPerSecond) * (long)options.Seconds);
        var startMs = ledger.NowMs + aheadMs;
        await load.StoreAheadAsync(startMs);
        await WaitUntilAsync(() => ledger.NowMs >= startMs, aheadMs);
        var creates = load.CreateAsync();
        await Task.Delay(WarmMs);
        var faults = new Faults(options, cluster, ledger);
        var said = await Faults.All[name](faults);
        await creates;
        var endMs = startMs + (options.Seconds * 1_000L);
        await WaitUntilAsync(
            () => ledger.NowMs >= endMs && ledger.Arrived >= ledger.Jobs.Count - ledger.Failed.Count, LateMsMax);
        await Task.Delay(AftermathMs);

        var verdict = Verdict.Of(ledger, (startMs + WarmMs, endMs), faults.Times);
        // With all nodes down there is nobody to serve: that gap is told, not judged.
        var gapMsMax = name == "all" ? int.MaxValue : options.GapMsMax;
        List<string> broken = [.. verdict.Broken(gapMsMax), .. faults.Broken];
        await output.WriteLineAsync($"{name}: {said}");
        await output.WriteLineAsync($"  {verdict}");
        foreach (var failed in ledger.Failed.Take(5))
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  failed create {failed}"));
        }

        await output.WriteLineAsync(broken.Count == 0 ? "  OK" : $"  FAILED: {string.Join(", ", broken)}");
        return broken.Count == 0;
    }

    private static async Task WaitUntilAsync(Func<bool> isOver, long msMax)
    {
        for (var waited = 0L; !isOver() && waited < msMax; waited += LookMs)
        {
            await Task.Delay(LookMs);
        }
    }
}
