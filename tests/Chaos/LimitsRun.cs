using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>
/// Two routes with limits and more due jobs than they let through; nodes that hold shares of them are killed meanwhile.
/// One route sends one request at a time; the other has a rate alone, which is reached.
/// </summary>
internal sealed class LimitsRun(ChaosOptions options, ChaosCluster cluster, TextWriter output)
{
    /// <summary>The name of the run.</summary>
    public const string Name = "limits";

    private const string Single = "single";
    private const string Paced = "paced";
    private const int RatePerSecond = 100;

    // On the wire 1 % more is allowed: the way of a request takes not always the same time.
    private const int RateMax = RatePerSecond + (RatePerSecond / 100);
    private const int SinglesPerSecond = 15;
    private const int SingleServiceMs = 30;
    private const int PacedPerSecond = 75;
    private const int TimeoutMs = 3_000;
    private const int SecondUs = 1_000_000;
    private const int SenderTries = 10_000;
    private const int DrainMsMax = 120_000;
    private const int AftermathMs = 2_000;
    private readonly RunClock _clock = new();
    private readonly Report _report = new(Name);
    private readonly List<long> _kills = [];

    /// <summary>Runs it.</summary>
    /// <returns>Whether all held.</returns>
    public async Task<bool> RunAsync()
    {
        var ledger = new Ledger(_clock);
        var jobs = new JobCalls(cluster.Rest, Name);
        using var single = RecipientOf(ledger, serviceMs: SingleServiceMs);
        using var paced = RecipientOf(ledger, serviceMs: 0);
        await jobs.PutRouteAsync(Single, single.Url, Limits(("concurrency", 1)));
        await jobs.PutRouteAsync(Paced, paced.Url, Limits());
        var dueMs = _clock.NowMs + 2_000 + ((SinglesPerSecond + PacedPerSecond) * options.Seconds);
        await jobs.StoreAsync(Single, JobsOf('n', SinglesPerSecond, dueMs), ledger);
        await jobs.StoreAsync(Paced, JobsOf('w', PacedPerSecond, dueMs), ledger);

        await _clock.WaitAsync(dueMs + (options.Seconds * 1_000L / 6));
        await KillAsync(await SenderAsync(single), "killed while a request of it was open");

        // In a short run the first node comes back when this is past and the jobs are gone.
        var againMs = dueMs + (options.Seconds * 1_000L / 2);
        if (_clock.NowMs < againMs)
        {
            await _clock.WaitAsync(againMs);
            await KillAsync(await cluster.MostLeadersAsync(), "with most leaders killed");
        }

        await _clock.WaitAsync(() => ledger.Arrived >= ledger.Jobs.Count, DrainMsMax);
        await Task.Delay(AftermathMs);

        Judge(ledger, single, paced, dueMs);
        return await _report.WriteAsync(output);
    }

    private static JsonObject Limits(params ReadOnlySpan<(string Name, int Value)> more)
    {
        var limits = new JsonObject { ["rate_per_s"] = RatePerSecond, ["timeout_ms"] = TimeoutMs };
        foreach (var (name, value) in more)
        {
            limits[name] = value;
        }

        return limits;
    }

    private SocketRecipient RecipientOf(Ledger ledger, int serviceMs) => new(
        _clock, static _ => Manner.Answer, request => ledger.NoteArrival(request.Job, request.FirstByteUs / 1_000))
    {
        ServiceMs = serviceMs,
    };

    private IEnumerable<(string Id, long TriggerMs)> JobsOf(char kind, int perSecond, long dueMs) =>
        Enumerable.Range(0, perSecond * options.Seconds).Select(i => (JobCalls.NameOf(kind, i), dueMs));

    /// <summary>Waits for a request of the only slot, and tells who sends it: the leader of its job's vnode.</summary>
    private async Task<NodeProcess> SenderAsync(SocketRecipient single)
    {
        var leaders = await cluster.LeadersAsync();
        for (var tries = 0; tries < SenderTries; tries++)
        {
            if (single.Requests.LastOrDefault() is { EndedUs: long.MaxValue, VNode: >= 0 } open
                && leaders[open.VNode] is { } sender)
            {
                return sender;
            }

            await Task.Delay(1);
        }

        throw new TimeoutException("no request of the route with one slot came");
    }

    private async Task KillAsync(NodeProcess node, string how)
    {
        var (killedMs, restarts) = (_clock.NowMs, node.Restarts);
        _kills.Add(killedMs);
        node.Kill();
        await ChaosCluster.WaitRestartedAsync(node, restarts);
        await cluster.WaitReadyAsync(node);
        await cluster.WaitCaughtUpAsync(node);
        _report.Say(string.Create(
            CultureInfo.InvariantCulture, $"{node.Name} {how}, back after {_clock.NowMs - killedMs} ms"));
    }

    private void Judge(Ledger ledger, SocketRecipient single, SocketRecipient paced, long dueMs)
    {
        var verdict = Verdict.Of(ledger, (dueMs, dueMs), _kills);
        _report.Say(verdict.ToString());
        _report.Require(verdict.Broken(int.MaxValue));
        var atOnce = RequestCounts.MostAtOnce(single.Requests.Select(static seen => (seen.FirstByteUs, seen.EndedUs)));
        _report.Require(atOnce == 1, "requests of a route with one slot were open at once");
        _report.Say(string.Create(
            CultureInfo.InvariantCulture, $"{Single}: {TextOf(single)}; at once at most {atOnce}"));
        _report.Say(string.Create(CultureInfo.InvariantCulture, $"{Paced}: {TextOf(paced)}"));
        _report.Require(MostPerSecond(single) <= RateMax, "more requests in a second than one route's rate");
        _report.Require(MostPerSecond(paced) <= RateMax, "more requests in a second than the other route's rate");
        _report.Require(MostPerSecond(paced) >= options.RateMin, "the rate was not reached: nothing is shown");
    }

    private static int MostPerSecond(SocketRecipient recipient) =>
        RequestCounts.MostWithin(recipient.Requests.Select(static seen => seen.FirstByteUs), SecondUs);

    private static string TextOf(SocketRecipient recipient)
    {
        var begins = recipient.Requests.Select(static seen => seen.FirstByteUs).Order().ToList();
        var gapUs = begins.Zip(begins.Skip(1), static (one, next) => next - one).DefaultIfEmpty().Max();
        var seconds = begins.Count == 0 ? 1 : (begins[^1] - begins[0] + 1.0) / SecondUs;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{begins.Count:N0} requests in {seconds:F1} s, at most {MostPerSecond(recipient)} in any second, longest "
            + $"gap {gapUs / 1_000} ms");
    }
}
