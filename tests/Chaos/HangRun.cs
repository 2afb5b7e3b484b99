using System.Globalization;
using System.Text.Json.Nodes;
using TimeMachine.Demo;

namespace TimeMachine.Chaos;

/// <summary>
/// A load that goes well all the while, and beside it a route with a long backlog, which is paused and whose jobs are
/// cancelled, and a route whose recipient falls silent, on the same host as the load's. All the while as much is
/// offered: what the load suffers comes of these.
/// </summary>
internal sealed class HangRun(ChaosOptions options, ChaosCluster cluster, TextWriter output)
{
    /// <summary>The name of the run.</summary>
    public const string Name = "hang";

    private const string Backlog = "backlog";
    private const string Hanging = "hanging";
    private const char SilentKind = 'h';
    private const int BacklogSeconds = 10;
    private const int HangingPart = 5;
    private const int StoreMsMin = 1_000;
    private const int CancelEveryMs = 20;
    private const int DrainMsMax = 90_000;
    private const int AftermathMs = 3_000;
    private readonly RunClock _clock = new();
    private readonly Report _report = new(Name);
    private volatile bool _isSilent;
    private int _hungCount;

    // In the first the load gets going, in the fifth the silent recipient comes back.
    private enum Phase
    {
        Before = 1,
        Paused = 2,
        Silent = 3,
        After = 5,
        End = 6,
    }

    private int BacklogCount => BacklogSeconds * options.TriggersPerSecond;

    private int HangingCount => options.TriggersPerSecond * options.Seconds / HangingPart;

    private long PhaseMs => options.Seconds * 1_000L / (int)Phase.End;

    /// <summary>Runs it.</summary>
    /// <returns>Whether all held.</returns>
    public async Task<bool> RunAsync()
    {
        var (healthy, backlog, hanging) = (new Ledger(_clock), new Ledger(_clock), new Ledger(_clock));
        await using var slow = await Recipient.StartAsync((_, job) => backlog.NoteArrival(job));
        using var answers = new SemaphoreSlim(0);
        await using var host = await Recipient.StartAsync((_, job) =>
        {
            var isOfSilent = job.StartsWith(SilentKind);
            (isOfSilent ? hanging : healthy).NoteArrival(job);
            return isOfSilent ? WaitForAnswerAsync(answers) : Task.CompletedTask;
        });
        var jobs = new JobCalls(cluster.Rest, Name);
        var load = new Load(options, jobs, healthy);
        await load.RouteToAsync(host.Url);
        await jobs.PutRouteAsync(Backlog, slow.Url, new JsonObject
        {
            ["concurrency"] = 4,
            ["rate_per_s"] = Math.Max(1, options.TriggersPerSecond / 20),
        });
        await jobs.PutRouteAsync(Hanging, host.Url, new JsonObject
        {
            ["attempts_max"] = 1_000,
            ["backoff_max_ms"] = 2_000,
        });

        var before = await NodeCounters.ReadAsync(cluster);
        var startMs = _clock.NowMs + StoreMsMin + load.AheadCount + BacklogCount + HangingCount;
        await load.StoreAheadAsync(startMs);
        await jobs.StoreAsync(Backlog, JobsOf('b', BacklogCount, startMs, PhaseMs), backlog);
        await jobs.StoreAsync(Hanging, JobsOf(SilentKind, HangingCount, startMs, options.Seconds * 1_000L), hanging);
        await _clock.WaitAsync(startMs);
        var creates = load.CreateAsync();
        var cancelled = await DisturbAsync(jobs, answers, backlog, startMs);
        await creates;
        await _clock.WaitAsync(startMs + (options.Seconds * 1_000L));

        // Without limits the rest of the backlog is soon through.
        await jobs.PutRouteAsync(Backlog, slow.Url, []);
        await _clock.WaitAsync(
            () => healthy.Arrived >= healthy.Jobs.Count - healthy.Failed.Count
                && backlog.Arrived >= backlog.Jobs.Count - cancelled.Count
                && hanging.Arrived >= hanging.Jobs.Count,
            DrainMsMax);
        await Task.Delay(AftermathMs);
        JudgeLateness(healthy, startMs);
        var counted = before.Until(await NodeCounters.ReadAsync(cluster));
        _report.Say($"by the nodes' metrics: {counted}");
        Judge([healthy, backlog], counted.Inherited);
        Judge(backlog, hanging, cancelled);
        return await _report.WriteAsync(output);
    }

    /// <returns>The jobs that were cancelled.</returns>
    private async Task<IReadOnlyList<string>> DisturbAsync(
        JobCalls jobs, SemaphoreSlim answers, Ledger backlog, long startMs)
    {
        await _clock.WaitAsync(BeginOf(Phase.Paused, startMs));
        await jobs.PauseRouteAsync(Backlog);
        var waiting = backlog.Jobs.Count - backlog.Arrived;
        var cancelled = await CancelAsync(jobs, BeginOf(Phase.Silent, startMs) - (PhaseMs / 5));
        _report.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"a route paused with {waiting:N0} jobs due, {cancelled.Count} of them cancelled"));

        await _clock.WaitAsync(BeginOf(Phase.Silent, startMs));
        _isSilent = true;
        await _clock.WaitAsync(BeginOf(Phase.Silent + 1, startMs));
        _isSilent = false;
        _report.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"another one's recipient silent for {PhaseMs} ms: {_hungCount:N0} requests hung"));
        answers.Release(int.MaxValue);
        return cancelled;
    }

    /// <summary>Cancels jobs at an even rate, the last ones of the backlog first: none of them was claimed.</summary>
    private async Task<IReadOnlyList<string>> CancelAsync(JobCalls jobs, long untilMs)
    {
        var cancelled = new List<string>();
        var beganMs = _clock.NowMs;
        for (var i = 1; i <= BacklogCount / 2 && _clock.NowMs < untilMs; i++)
        {
            var id = JobCalls.NameOf('b', BacklogCount - i);
            var (status, outcome) = await jobs.CancelAsync(id);
            _report.Require(outcome == "won", $"a cancel of {id} was answered {status} {outcome}");
            cancelled.Add(id);
            await _clock.WaitAsync(beganMs + (i * CancelEveryMs));
        }

        return cancelled;
    }

    private void JudgeLateness(Ledger healthy, long startMs)
    {
        var before = LatenessIn(healthy, Phase.Before, startMs);
        var limitMs = Math.Max(options.LateMsMax, before.P99Ms + (before.P99Ms / 5));
        _report.Say(string.Create(CultureInfo.InvariantCulture, $"healthy before: {before}; p99 limit {limitMs} ms"));
        foreach (var phase in (Phase[])[Phase.Paused, Phase.Silent, Phase.After])
        {
            var late = LatenessIn(healthy, phase, startMs);
            _report.Say($"healthy while {phase}: {late}");
            _report.Require(late.P99Ms <= limitMs, $"healthy jobs were later while {phase} than before");
        }
    }

    private Lateness LatenessIn(Ledger healthy, Phase phase, long startMs)
    {
        var (fromMs, toMs) = (BeginOf(phase, startMs), BeginOf(phase + 1, startMs));
        return Lateness.Of(healthy.Jobs.Where(job => job.TriggerMs >= fromMs && job.TriggerMs < toMs));
    }

    /// <summary>Nothing of what is answered comes twice, but for claims that were taken over from a leader before.
    /// </summary>
    private void Judge(IReadOnlyList<Ledger> answered, long inherited)
    {
        var healthy = answered[0];
        _report.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"healthy: {healthy.Arrived:N0} of {healthy.Jobs.Count:N0} came, failed creates {healthy.Failed.Count}"));
        _report.Require(healthy.Failed.IsEmpty, "creates failed");
        _report.Require(healthy.Arrived == healthy.Jobs.Count, "healthy jobs were lost");
        var jobs = answered.SelectMany(static ledger => ledger.Jobs).ToList();
        var repeats = jobs.Sum(static job => Math.Max(0, job.Arrivals.Count - 1));
        _report.Require(repeats <= inherited, $"{repeats} requests of healthy and paused jobs were repeats");
        _report.Require(!jobs.Exists(Verdict.IsEarly), "jobs came early");
    }

    private void Judge(Ledger backlog, Ledger hanging, IReadOnlyList<string> cancelled)
    {
        var gone = cancelled.ToHashSet();
        _report.Require(gone.Count > 0, "nothing was cancelled");
        _report.Require(gone.All(id => backlog[id].Arrivals.Count == 0), "a cancelled job was sent");
        _report.Require(backlog.Arrived == backlog.Jobs.Count - gone.Count, "jobs of the paused route were lost");
        _report.Require(hanging.Arrived == hanging.Jobs.Count, "jobs of the silent recipient were lost");
        _report.Require(!hanging.Jobs.Any(Verdict.IsEarly), "jobs of the silent recipient came early");
        _report.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"backlog: {backlog.Arrived:N0} of {backlog.Jobs.Count:N0} came; silent: {hanging.Arrived:N0} of "
            + $"{hanging.Jobs.Count:N0} came, {hanging.Jobs.Sum(static job => job.Arrivals.Count):N0} requests"));
    }

    private Task WaitForAnswerAsync(SemaphoreSlim answers)
    {
        if (!_isSilent)
        {
            return Task.CompletedTask;
        }

        Interlocked.Increment(ref _hungCount);
        return answers.WaitAsync();
    }

    private long BeginOf(Phase phase, long startMs) => startMs + ((int)phase * PhaseMs);

    private static IEnumerable<(string Id, long TriggerMs)> JobsOf(char kind, int count, long fromMs, long withinMs) =>
        Enumerable.Range(0, count).Select(i => (JobCalls.NameOf(kind, i), fromMs + (withinMs * i / count)));
}
