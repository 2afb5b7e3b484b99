using System.Collections.Concurrent;

namespace TimeMachine.Chaos;

/// <summary>What was promised, and what came. Times are of one clock, in ms since 1970.</summary>
internal sealed class Ledger(RunClock clock)
{
    private readonly ConcurrentDictionary<string, LedgerJob> _jobs = new(StringComparer.Ordinal);
    private long _arrived;

    /// <summary>Now.</summary>
    public long NowMs => clock.NowMs;

    /// <summary>All jobs that were asked for.</summary>
    public IReadOnlyCollection<LedgerJob> Jobs => (IReadOnlyCollection<LedgerJob>)_jobs.Values;

    /// <summary>Their ids.</summary>
    public IEnumerable<string> Ids => _jobs.Keys;

    /// <summary>Requests that came, without repeats of a job.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    /// <summary>Creates that were given up.</summary>
    public ConcurrentQueue<string> Failed { get; } = [];

    /// <summary>A job of the ledger.</summary>
    public LedgerJob this[string id] => _jobs[id];

    /// <summary>A job is about to be asked for.</summary>
    public void NoteAsked(string id, long triggerMs) => _jobs[id] = new LedgerJob(triggerMs);

    /// <summary>A job is acknowledged.</summary>
    public void NoteAccepted(string id) => _jobs[id].AcceptedMs = NowMs;

    /// <summary>A request comes now.</summary>
    public void NoteArrival(string id) => NoteArrival(id, NowMs);

    /// <summary>A request came.</summary>
    public void NoteArrival(string id, long atMs)
    {
        if (_jobs.TryGetValue(id, out var job) && job.NoteArrival(atMs))
        {
            Interlocked.Increment(ref _arrived);
        }
    }
}
