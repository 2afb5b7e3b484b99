using System.Collections.Concurrent;
using System.Diagnostics;

namespace TimeMachine.Chaos;

/// <summary>What was promised, and what came. Times are of one clock, in ms since 1970.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, LedgerJob> _jobs = new(StringComparer.Ordinal);
    private readonly long _beganMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _arrived;

    /// <summary>Now. Recipient and load are one process: steps of the machine's clock do not count.</summary>
    public long NowMs => _beganMs + _watch.ElapsedMilliseconds;

    /// <summary>All jobs that were asked for.</summary>
    public IReadOnlyCollection<LedgerJob> Jobs => (IReadOnlyCollection<LedgerJob>)_jobs.Values;

    /// <summary>Requests that came, without repeats of a job.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    /// <summary>Creates that were given up.</summary>
    public ConcurrentQueue<string> Failed { get; } = [];

    /// <summary>A job is about to be asked for.</summary>
    public void NoteAsked(string id, long triggerMs) => _jobs[id] = new LedgerJob(triggerMs);

    /// <summary>A job is acknowledged.</summary>
    public void NoteAccepted(string id) => _jobs[id].AcceptedMs = NowMs;

    /// <summary>A request came.</summary>
    public void NoteArrival(string id)
    {
        if (_jobs.TryGetValue(id, out var job) && job.NoteArrival(NowMs))
        {
            Interlocked.Increment(ref _arrived);
        }
    }
}
