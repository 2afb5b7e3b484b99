namespace TimeMachine.Chaos;

/// <summary>One job of the ledger.</summary>
/// <param name="triggerMs">When it is due.</param>
internal sealed class LedgerJob(long triggerMs)
{
    private readonly List<long> _arrivals = [];

    /// <summary>When it is due.</summary>
    public long TriggerMs => triggerMs;

    /// <summary>When it was acknowledged; 0 if it was not.</summary>
    public long AcceptedMs { get; set; }

    /// <summary>When it came, each time.</summary>
    public IReadOnlyList<long> Arrivals
    {
        get
        {
            lock (_arrivals)
            {
                return [.. _arrivals];
            }
        }
    }

    /// <summary>A request came.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool NoteArrival(long nowMs)
    {
        lock (_arrivals)
        {
            _arrivals.Add(nowMs);
            return _arrivals.Count == 1;
        }
    }
}
