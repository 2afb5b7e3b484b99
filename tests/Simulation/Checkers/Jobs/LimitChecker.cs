using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>The cluster-wide limits of a route, by true time: writes in any second, sockets open at once.</summary>
public sealed class LimitChecker
{
    private const long WindowUs = 1_000_000;
    private readonly Dictionary<string, Counts> _routes = [];

    /// <summary>A request was written.</summary>
    public void Begin(SendRecord send, RouteHistory routes, JobCheckOptions options, ViolationLog violations)
    {
        if (send.Plan.Saw == SenderSaw.ConnectRefused)
        {
            return;
        }

        var route = send.Info.Route;
        if (!_routes.TryGetValue(route, out var counts))
        {
            _routes[route] = counts = new Counts();
        }

        counts.Open.RemoveWhere(open => IsGivenUp(open, send.StartUs));
        counts.Open.Add(send);
        if (routes.TryGetConcurrency(route, send.StartUs, options.StaleRevisionMs, out var slots)
            && counts.Open.Count > slots)
        {
            violations.Add("concurrency", $"{route} has {counts.Open.Count} open requests, limit {slots}");
        }

        counts.Writes.Enqueue(send.StartUs);
        while (counts.Writes.Peek() <= send.StartUs - WindowUs)
        {
            counts.Writes.Dequeue();
        }

        // At most 1 % above: whole numbers, so that 100 may be 101 and 99 stays 99.
        if (routes.TryGetRate(route, send.StartUs, options.StaleRevisionMs, out var rate)
            && counts.Writes.Count > rate + (rate / 100))
        {
            violations.Add("rate", $"{route} had {counts.Writes.Count} requests in a second, limit {rate}");
        }
    }

    /// <summary>A request ended for its sender.</summary>
    public void End(SendRecord send)
    {
        if (_routes.TryGetValue(send.Info.Route, out var counts))
        {
            counts.Open.Remove(send);
        }
    }

    /// <summary>
    /// A sender that runs ends each request by its timeout. The request of a process that stands still counts no longer
    /// than that: a lost node's slots come back after lease, send deadline and timeout, whatever it left open.
    /// </summary>
    private static bool IsGivenUp(SendRecord open, long nowUs) =>
        nowUs - open.StartUs > open.Info.TimeoutMs * 1_000L;

    private sealed class Counts
    {
        public HashSet<SendRecord> Open { get; } = [];

        public Queue<long> Writes { get; } = new();
    }
}
