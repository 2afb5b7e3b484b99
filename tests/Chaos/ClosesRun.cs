using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>
/// Recipients that close the connection, before or after they take the request: one claim is one request, nothing below
/// repeats it.
/// </summary>
internal sealed class ClosesRun(ChaosOptions options, ChaosCluster cluster, TextWriter output)
{
    /// <summary>The name of the run.</summary>
    public const string Name = "closes";

    private const int JobsPerSecond = 10;
    private const int EndMsMax = 120_000;
    private const int LookMs = 500;
    private readonly RunClock _clock = new();
    private readonly Report _report = new(Name);

    /// <summary>Runs it.</summary>
    /// <returns>Whether all held.</returns>
    public async Task<bool> RunAsync()
    {
        var before = await NodeCounters.ReadAsync(cluster);
        var jobs = new JobCalls(cluster.Rest, Name);
        using var unread = new ClosedRoute(_clock, "unread-at-least-once", 'u', Manner.CloseUnread);
        using var read = new ClosedRoute(_clock, "read-at-least-once", 'r', Manner.CloseRead);
        using var unreadOnce = new ClosedRoute(_clock, "unread-at-most-once", 'v', Manner.CloseUnread, isOnce: true);
        using var readOnce = new ClosedRoute(_clock, "read-at-most-once", 's', Manner.CloseRead, isOnce: true);
        ClosedRoute[] routes = [unread, read, unreadOnce, readOnce];
        var count = JobsPerSecond * options.Seconds;
        var dueMs = _clock.NowMs + 1_000 + (count * routes.Length / 2);
        foreach (var route in routes)
        {
            await jobs.PutRouteAsync(route.Name, route.Url, FieldsOf(route));
            await jobs.StoreAsync(route.Name, JobsOf(route, count, dueMs), route.Ledger);
        }

        var found = await EndedAsync(jobs, routes);
        var others = routes.Sum(route => route.Judge(found, _report));
        Compare(before.Until(await NodeCounters.ReadAsync(cluster)), routes, others);
        return await _report.WriteAsync(output);
    }

    private static JsonObject FieldsOf(ClosedRoute route) => new()
    {
        ["mode"] = route.IsOnce ? "at_most_once" : "at_least_once",
        ["attempts_max"] = ClosedRoute.AttemptsMax,
        ["backoff_initial_ms"] = 200,
        ["backoff_max_ms"] = 1_000,
    };

    private IEnumerable<(string Id, long TriggerMs)> JobsOf(ClosedRoute route, int count, long dueMs) =>
        Enumerable.Range(0, count).Select(
            i => (JobCalls.NameOf(route.Kind, i), dueMs + (options.Seconds * 500L * i / count)));

    /// <summary>Waits until all jobs are over, and returns them by id.</summary>
    private async Task<IReadOnlyDictionary<string, JsonNode>> EndedAsync(JobCalls jobs, ClosedRoute[] routes)
    {
        var found = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        var untilMs = _clock.NowMs + EndMsMax;
        foreach (var id in routes.SelectMany(static route => route.Ledger.Ids))
        {
            found[id] = await jobs.ReadAsync(id);
            while (!IsOver(found[id]) && _clock.NowMs < untilMs)
            {
                await Task.Delay(LookMs);
                found[id] = await jobs.ReadAsync(id);
            }
        }

        _report.Require(found.Values.All(IsOver), "jobs have no end");
        return found;
    }

    private static bool IsOver(JsonNode job) => (string?)job["state"] is "delivered" or "dead" or "unknown";

    /// <summary>Compares what the recipients saw with what the nodes counted.</summary>
    /// <param name="counted">What they counted in the run.</param>
    /// <param name="routes">What the recipients saw.</param>
    /// <param name="others">How many jobs have another history than their requests. That is of claims that were taken
    /// over from a leader before: nobody knows whether they were sent, and their attempts count as made.</param>
    private void Compare(NodeCounters counted, ClosedRoute[] routes, int others)
    {
        _report.Say($"by the nodes' metrics: {counted}");
        _report.Require(others <= counted.Inherited, "jobs have another history than their requests");
        var requests = routes.SelectMany(static route => route.Requests).ToLookup(static seen => seen.Manner);
        var answered = requests[Manner.Answer].Count();
        var closed = requests[Manner.CloseUnread].Concat(requests[Manner.CloseRead]).Count();
        _report.Require(counted.Ended("delivered") == answered, "another number of answers is counted");
        _report.Require(counted.Ended("broken") == closed, "another number of broken attempts is counted");
        _report.Require(counted.AllEnded == answered + closed, "attempts ended otherwise");
    }
}
