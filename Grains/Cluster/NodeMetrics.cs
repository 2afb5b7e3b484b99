using System.Diagnostics.Metrics;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Grains.Cluster;

/// <summary>The meter of a node. What is counted on the node's thread is shown as of its last look, at most about a
/// second ago; attempts are measured as they happen.</summary>
internal sealed class NodeMetrics : IDisposable
{
    public const string MeterName = "TimeMachine";
    private const double MsPerSecond = 1_000;
    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _lateness;
    private readonly Histogram<double> _duration;
    private volatile NodeFigures _figures = new();

    public NodeMetrics()
    {
        _lateness = _meter.CreateHistogram<double>(
            "lateness_seconds", "s", "From the time that an attempt was due to its beginning.");
        _duration = _meter.CreateHistogram<double>(
            "attempt_seconds", "s", "From the beginning of an attempt to its end.");
        Gauge("ready", "1 if everything that the node leads can fire.", static now => now.IsReady ? 1 : 0);
        Gauge("oldest_due_unfired_seconds", "How late the oldest due job is that its route could send all along.",
            static now => now.OldestDueUnfiredMs / MsPerSecond);
        Gauge("clock_skew_seconds", "How far the node's clock is ahead of the lower median of all.",
            static now => now.ClockSkewMs / MsPerSecond);
        Gauge("armed_jobs", "Jobs of the near window in memory.", static now => now.ArmedJobs);
        Gauge("open_claims", "Claims without an outcome.", static now => now.OpenClaims);
        Gauge("held_routes", "Routes whose recipients could not be reached: their jobs wait.",
            static now => now.HeldRoutes);
        Gauge("leaders", "Vnodes that the node leads.", static now => now.Leaders);
        Gauge("replicas", "Replicas of vnodes that the node has.", static now => now.Replicas);
        Gauge("damaged_vnodes", "Vnodes that are damaged and have no other copy.", static now => now.DamagedVNodes);
        Gauge("log_segments", "Segments of the node's log in use.", static now => now.LogSegments);
        Gauge("storage_full", "1 if the node's disk takes no new work.", static now => now.IsStorageFull ? 1 : 0);
        Counter("wheel_missed_total", "Jobs found due that nothing knew: an alarm.", static now => now.WheelMissed);
        Counter("claims_total", "Claims proposed.", static now => now.ClaimsProposed);
        Counter("claims_refused_total", "Claims that had no effect.", static now => now.ClaimsRefused);
        Counter("claims_inherited_total", "Claims taken over from a leader before.", static now => now.ClaimsInherited);
        Counter("sends_released_total", "Claims given back unsent.", static now => now.SendsReleased);
        Counter("jobs_expired_total", "Jobs that expired.", static now => now.JobsExpired);
        Counter("messages_refused_total", "Messages of other nodes that were malformed or of an unknown version.",
            static now => now.RefusedMessages);
    }

    /// <summary>Shows figures from now on.</summary>
    public void Show(NodeFigures figures) => _figures = figures;

    /// <summary>An attempt begins.</summary>
    /// <param name="latenessMs">After it was due, in ms; negative if the machine's clock is behind the cluster's.
    /// </param>
    public void OnBegun(long latenessMs) => _lateness.Record(latenessMs / MsPerSecond);

    /// <summary>An attempt has ended.</summary>
    public void OnEnded(in AttemptResult result) => _duration.Record(
        result.DurationMs / MsPerSecond, new KeyValuePair<string, object?>("outcome", OutcomeOf(result)));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string description, Func<NodeFigures, double> read) =>
        _meter.CreateObservableGauge(name, () => read(_figures), description: description);

    private void Counter(string name, string description, Func<NodeFigures, long> read) =>
        _meter.CreateObservableCounter(name, () => read(_figures), description: description);

    private static string OutcomeOf(in AttemptResult result) => result.End switch
    {
        AttemptEnd.Answered => result.IsSuccess ? "delivered" : "refused",
        AttemptEnd.TimedOut => "timed_out",
        AttemptEnd.ConnectFailed => "not_connected",
        AttemptEnd.Broken => "broken",
        AttemptEnd.Forbidden => "forbidden",
        _ => throw new InvalidOperationException($"An end that is not known: {result.End}."),
    };
}
