using System.Globalization;

namespace TimeMachine.Chaos;

/// <summary>How late jobs came.</summary>
internal sealed class Lateness
{
    private readonly List<long> _ascendingMs;

    private Lateness(List<long> ascendingMs) => _ascendingMs = ascendingMs;

    /// <summary>How many jobs came.</summary>
    public int Count => _ascendingMs.Count;

    /// <summary>Half of the jobs were less late, in ms.</summary>
    public long P50Ms => At(50);

    /// <summary>99 of 100 jobs were less late, in ms.</summary>
    public long P99Ms => At(99);

    /// <summary>The latest job, in ms.</summary>
    public long MaxMs => At(100);

    /// <summary>Of the first arrival of each job. One whose time was past when accepted is due at once.</summary>
    public static Lateness Of(IEnumerable<LedgerJob> jobs) => new(
    [
        .. from job in jobs
           let arrivals = job.Arrivals
           where arrivals.Count > 0
           let lateMs = arrivals[0] - Math.Max(job.TriggerMs, job.AcceptedMs)
           orderby lateMs
           select lateMs,
    ]);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"late p50 {P50Ms} p99 {P99Ms} max {MaxMs} ms");

    private long At(int percent) =>
        Count == 0 ? 0 : _ascendingMs[Math.Min(Count - 1, (int)((long)Count * percent / 100))];
}
