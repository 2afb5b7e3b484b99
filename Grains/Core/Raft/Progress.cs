namespace TimeMachine.Core.Raft;

/// <summary>How a leader sends to a peer.</summary>
internal enum ProgressState : byte
{
    /// <summary>The match is not known: one append at a time.</summary>
    Probe,

    /// <summary>The match is known: appends follow each other within the window.</summary>
    Replicate,

    /// <summary>An image is on its way: no appends.</summary>
    Snapshot,
}

/// <summary>A leader's view of one peer. Invariant: 0 &lt;= Match &lt; Next.</summary>
internal sealed class Progress(ReplicaId replica, LogIndex next)
{
    private readonly Queue<(LogIndex Last, int Bytes)> _inFlight = new();

    public ReplicaId Replica { get; } = replica;

    public ProgressState State { get; private set; }

    public LogIndex Match { get; private set; }

    public LogIndex Next { get; private set; } = next;

    /// <summary>The peer's applied index, as it told last.</summary>
    public LogIndex Applied { get; set; }

    /// <summary>When the peer was last heard.</summary>
    public MonoMs HeardAt { get; set; }

    /// <summary>The highest heartbeat round that the peer answered.</summary>
    public long Round { get; set; }

    /// <summary>A probe is under way: nothing more until it is answered or a heartbeat is.</summary>
    public bool IsProbing { get; set; }

    /// <summary>Entries are being read from disk.</summary>
    public bool IsReading { get; set; }

    /// <summary>Bytes in flight.</summary>
    public long InFlightBytes { get; private set; }

    public int InFlightCount => _inFlight.Count;

    public void BecomeProbe(LogIndex next)
    {
        Reset(ProgressState.Probe);
        Next = next > Match ? next : Match + 1;
    }

    public void BecomeReplicate()
    {
        Reset(ProgressState.Replicate);
        Next = Match + 1;
    }

    public void BecomeSnapshot() => Reset(ProgressState.Snapshot);

    /// <summary>Notes an append that leaves.</summary>
    public void OnSent(LogIndex last, int bytes)
    {
        if (State == ProgressState.Replicate)
        {
            Next = last + 1;
            _inFlight.Enqueue((last, bytes));
            InFlightBytes += bytes;
        }
        else
        {
            IsProbing = true;
        }
    }

    /// <summary>Takes an accepted append; false if it tells nothing new.</summary>
    public bool OnAccepted(LogIndex match)
    {
        while (_inFlight.TryPeek(out var first) && first.Last <= match)
        {
            FreeFirst();
        }

        Next = Next > match ? Next : match + 1;
        if (match <= Match)
        {
            return false;
        }

        Match = match;
        return true;
    }

    /// <summary>Frees the oldest of the window, so that one more message can find out what was lost.</summary>
    public void FreeFirst()
    {
        if (_inFlight.TryDequeue(out var first))
        {
            InFlightBytes -= first.Bytes;
        }
    }

    private void Reset(ProgressState state)
    {
        State = state;
        IsProbing = false;
        IsReading = false;
        _inFlight.Clear();
        InFlightBytes = 0;
    }
}
