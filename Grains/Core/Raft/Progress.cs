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
internal sealed class Progress(Member member, LogIndex next, MonoMs now)
{
    private readonly InFlightWindow _inFlight = new();
    private (long Round, MonoMs SentAt)? _timed;

    public ReplicaId Replica { get; } = member.Replica;

    /// <summary>Whether the peer counts for majorities; follows the configuration in force.</summary>
    public bool IsVoter { get; set; } = member.Kind == MemberKind.Voter;

    public ProgressState State { get; private set; }

    /// <summary>The highest index known to be synced by the peer and equal to the leader's log.</summary>
    public LogIndex Match { get; private set; }

    /// <summary>The first index that the next append carries.</summary>
    public LogIndex Next { get; private set; } = next;

    /// <summary>The peer's applied index as it told last; null until it told once.</summary>
    public LogIndex? Applied { get; private set; }

    /// <summary>When the peer was last heard; a new peer counts as just heard.</summary>
    public MonoMs HeardAt { get; set; } = now;

    /// <summary>The highest heartbeat round of this term that the peer answered.</summary>
    public long Round { get; private set; }

    /// <summary>
    /// When a heartbeat was sent that the peer answered: it followed this leader then. An answer that was read late
    /// says nothing of the time since. At first the call for the vote that the peer gave; a new peer gave none.
    /// </summary>
    public MonoMs FollowedAt { get; set; } = new(long.MinValue);

    /// <summary>A probe is under way: nothing more until it is answered or a heartbeat is.</summary>
    public bool IsProbing { get; private set; }

    /// <summary>Entries are being read from disk since then; null if not.</summary>
    public MonoMs? ReadingSince { get; set; }

    /// <summary>The next append goes out even without entries, to find out what the peer has.</summary>
    public bool IsNudged { get; set; }

    /// <summary>Whether the match rose since this was last cleared.</summary>
    public bool HasAdvanced { get; set; }

    /// <summary>Bytes of entries in flight.</summary>
    public long InFlightBytes => _inFlight.Bytes;

    /// <summary>Messages in flight.</summary>
    public int InFlightCount => _inFlight.Count;

    public void BecomeProbe(LogIndex next)
    {
        Reset(ProgressState.Probe);
        Next = next > Match ? next : Match + 1;
        Invariant.Require(Match < Next);
    }

    public void BecomeReplicate()
    {
        Reset(ProgressState.Replicate);
        Next = Match + 1;
    }

    public void BecomeSnapshot() => Reset(ProgressState.Snapshot);

    /// <summary>A round of heartbeats is sent: unless an earlier one is, its answer is timed.</summary>
    public void OnRoundSent(long round, MonoMs now) => _timed ??= (round, now);

    /// <summary>The peer answered a round, and with it all earlier ones.</summary>
    public void OnRoundAnswered(long round)
    {
        Round = Math.Max(Round, round);
        if (_timed is { } timed && timed.Round <= round)
        {
            FollowedAt = timed.SentAt;
            _timed = null;
        }
    }

    /// <summary>Notes an append that leaves.</summary>
    public void OnSent(LogIndex last, int bytes)
    {
        if (State == ProgressState.Replicate)
        {
            Invariant.Require(last >= Next);
            Next = last + 1;
            _inFlight.Add(last, bytes);
        }
        else
        {
            IsProbing = true;
        }
    }

    /// <summary>Notes a probe without entries, or a pause until the peer is heard again.</summary>
    public void PauseProbing() => IsProbing = State == ProgressState.Probe;

    /// <summary>Lets the next probe go.</summary>
    public void ResumeProbing() => IsProbing = false;

    /// <summary>Takes an accepted append; false if it tells nothing new.</summary>
    public bool OnAccepted(LogIndex match)
    {
        _inFlight.FreeThrough(match);
        if (match <= Match)
        {
            return false;
        }

        Match = match;
        HasAdvanced = true;
        Next = Next > match ? Next : match + 1;
        Invariant.Require(Match < Next);
        return true;
    }

    /// <summary>Takes the applied index that a peer tells; it never falls.</summary>
    public void OnApplied(LogIndex applied) => Applied = Applied is { } known && known > applied ? known : applied;

    /// <summary>Frees the oldest of the window, so that one more message can find out what was lost.</summary>
    public void FreeFirst() => _inFlight.FreeFirst();

    private void Reset(ProgressState state)
    {
        State = state;
        IsProbing = false;
        IsNudged = false;
        ReadingSince = null;
        _inFlight.Clear();
    }
}
