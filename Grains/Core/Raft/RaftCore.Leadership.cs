namespace TimeMachine.Core.Raft;

/// <content>Being a leader: the term's first entry, the quorum check, proposals, reads, transfer.</content>
public sealed partial class RaftCore
{
    private readonly Dictionary<ReplicaId, Progress> _progress = [];
    private readonly List<(ulong Token, long Round, LogIndex ReadIndex)> _waitingReads = [];
    private LogIndex _firstOfTerm;
    private MonoMs _leaderCheckAt;
    private MonoMs _transferEnd;
    private long _round;
    private long _uncommittedBytes;
    private bool _mustSend;

    /// <summary>The voter that leadership is being handed to; none outside of a transfer.</summary>
    public ReplicaId TransferTarget { get; private set; }

    /// <summary>Whether this replica leads and a quorum has answered it within the shortest election timeout.</summary>
    public bool IsLeaderConfirmed(MonoMs now) =>
        Role == RaftRole.Leader && QuorumHeardAt(now) >= now - _options.ElectionMinMs;

    /// <summary>Appends an entry, if this replica leads and has room.</summary>
    /// <param name="kind">What it carries; configurations go through <see cref="ProposeConfiguration"/>.</param>
    /// <param name="payload">The bytes; copied.</param>
    /// <param name="index">Its index, if accepted.</param>
    public ProposeStatus Propose(EntryKind kind, ReadOnlySpan<byte> payload, out LogIndex index)
    {
        index = default;
        if (Role != RaftRole.Leader)
        {
            return ProposeStatus.NotLeader;
        }

        if (TransferTarget != ReplicaId.None)
        {
            return ProposeStatus.Transferring;
        }

        if (_uncommittedBytes + payload.Length > _options.UncommittedBytesMax && _uncommittedBytes > 0)
        {
            return ProposeStatus.Overloaded;
        }

        if (IsMajorityLagging())
        {
            return ProposeStatus.Overloaded;
        }

        index = AppendOwn(kind, payload);
        return ProposeStatus.Accepted;
    }

    /// <summary>Changes one member. At most one change is under way, and only after an entry of the own term is
    /// committed (Ongaro, raft-dev 2015-07-10: without it two majorities might not overlap).</summary>
    public ProposeStatus ProposeConfiguration(ConfigurationChange change, out LogIndex index)
    {
        index = default;
        if (Role != RaftRole.Leader)
        {
            return ProposeStatus.NotLeader;
        }

        if (TransferTarget != ReplicaId.None)
        {
            return ProposeStatus.Transferring;
        }

        if (ConfigurationIndex > CommitIndex)
        {
            return ProposeStatus.ChangePending;
        }

        if (!HasCommittedInTerm)
        {
            return ProposeStatus.TermNotReady;
        }

        var next = Configuration.With(change);
        if (next is null)
        {
            return ProposeStatus.Invalid;
        }

        index = AppendOwn(EntryKind.Configuration, next.Encode());
        OnConfigurationChanged();
        return ProposeStatus.Accepted;
    }

    /// <summary>Asks for a linearizable read (thesis 6.4): confirmed by a round of heartbeats begun after it.</summary>
    public ReadStatus RequestRead(ulong token)
    {
        if (Role != RaftRole.Leader)
        {
            return ReadStatus.NotLeader;
        }

        if (!HasCommittedInTerm)
        {
            return ReadStatus.TermNotReady;
        }

        if (_waitingReads.Count >= _options.ReadsMax)
        {
            return ReadStatus.Overloaded;
        }

        _waitingReads.Add((token, _round + 1, CommitIndex));
        ConfirmReads();
        return ReadStatus.Accepted;
    }

    /// <summary>Begins a round of heartbeats to all members.</summary>
    public void Heartbeat(MonoMs now)
    {
        if (Role != RaftRole.Leader)
        {
            return;
        }

        _lastNow = now;
        _round++;
        foreach (var member in Configuration.Members)
        {
            if (member.Replica == Self || !_progress.TryGetValue(member.Replica, out var progress))
            {
                continue;
            }

            var known = progress.Match < CommitIndex ? progress.Match : CommitIndex;
            _messages.Add(To(member.Replica, RaftMessageKind.Heartbeat) with { Commit = known, ReadRound = _round });
        }

        ConfirmReads();
    }

    /// <summary>Hands leadership to another voter: no proposals meanwhile; given up after the longest election timeout.</summary>
    public TransferStatus TransferLeadership(ReplicaId target, MonoMs now)
    {
        if (Role != RaftRole.Leader)
        {
            return TransferStatus.NotLeader;
        }

        if (target == Self || !Configuration.IsVoter(target))
        {
            return TransferStatus.Invalid;
        }

        if (TransferTarget != ReplicaId.None)
        {
            return TransferTarget == target ? TransferStatus.Accepted : TransferStatus.Busy;
        }

        TransferTarget = target;
        _transferEnd = now + _options.ElectionMaxMs;
        _mustSend = true;
        TryFinishTransfer(target);
        return TransferStatus.Accepted;
    }

    private void BecomeLeader(MonoMs now)
    {
        Invariant.Require(Role == RaftRole.Candidate);
        SetRole(RaftRole.Leader, Self);
        _progress.Clear();
        SyncProgress(now);
        _leaderCheckAt = now + _options.ElectionMinMs;
        _round = 0;
        _uncommittedBytes = 0;
        TransferTarget = ReplicaId.None;
        _firstOfTerm = AppendOwn(EntryKind.Empty, default);
    }

    private void LeaveLeadership()
    {
        if (Role != RaftRole.Leader)
        {
            return;
        }

        foreach (var read in _waitingReads)
        {
            _reads.Add(new ReadResult(read.Token, default, IsConfirmed: false));
        }

        _waitingReads.Clear();
        _progress.Clear();
        _firstOfTerm = default;
        _mustSend = false;
        TransferTarget = ReplicaId.None;
    }

    private LogIndex AppendOwn(EntryKind kind, ReadOnlySpan<byte> payload)
    {
        Log.Append(Term, kind, payload);
        _uncommittedBytes += payload.Length;
        _mustSend = true;
        return Log.LastIndex;
    }

    /// <summary>Every election timeout: a leader that no quorum answers follows (thesis 6.2).</summary>
    private void CheckLeader(MonoMs now)
    {
        _lastNow = now;
        if (TransferTarget != ReplicaId.None && now >= _transferEnd)
        {
            TransferTarget = ReplicaId.None;
        }

        if (now < _leaderCheckAt)
        {
            return;
        }

        _leaderCheckAt = now + (_options.ElectionMinMs / 2);
        if (QuorumHeardAt(now) < now - _options.ElectionMaxMs)
        {
            BecomeFollower(Term, ReplicaId.None, now);
        }
    }

    /// <summary>The latest time since which a quorum, this replica included, has been heard.</summary>
    private MonoMs QuorumHeardAt(MonoMs now)
    {
        Span<long> heard = stackalloc long[Configuration.VotersMax];
        var count = 0;
        foreach (var member in Configuration.Members)
        {
            if (member.Kind == MemberKind.Voter)
            {
                heard[count++] = member.Replica == Self ? now.Value : HeardAt(member.Replica);
            }
        }

        return count == 0 ? default : new MonoMs(Quorum.Reached(heard[..count]));
    }

    private long HeardAt(ReplicaId peer) =>
        _progress.TryGetValue(peer, out var progress) ? progress.HeardAt.Value : long.MinValue;

    private bool IsMajorityLagging()
    {
        if (CommitIndex - AppliedIndex <= _options.ApplyLagEntriesMax)
        {
            return false;
        }

        Span<long> applied = stackalloc long[Configuration.VotersMax];
        var count = 0;
        foreach (var member in Configuration.Members)
        {
            if (member.Kind == MemberKind.Voter)
            {
                applied[count++] = member.Replica == Self ? AppliedIndex.Value : AppliedOf(member.Replica);
            }
        }

        return CommitIndex.Value - Quorum.Reached(applied[..count]) > _options.ApplyLagEntriesMax;
    }

    private long AppliedOf(ReplicaId peer) =>
        _progress.TryGetValue(peer, out var progress) ? progress.Applied.Value : 0;

    /// <summary>Confirms the reads whose round a quorum has answered.</summary>
    private void ConfirmReads()
    {
        if (_waitingReads.Count == 0)
        {
            return;
        }

        Span<long> rounds = stackalloc long[Configuration.VotersMax];
        var count = 0;
        foreach (var member in Configuration.Members)
        {
            if (member.Kind == MemberKind.Voter)
            {
                rounds[count++] = member.Replica == Self ? long.MaxValue : RoundOf(member.Replica);
            }
        }

        var confirmed = Quorum.Reached(rounds[..count]);
        var done = 0;
        while (done < _waitingReads.Count && _waitingReads[done].Round <= confirmed)
        {
            _reads.Add(new ReadResult(_waitingReads[done].Token, _waitingReads[done].ReadIndex, IsConfirmed: true));
            done++;
        }

        _waitingReads.RemoveRange(0, done);
    }

    private long RoundOf(ReplicaId peer) => _progress.TryGetValue(peer, out var progress) ? progress.Round : 0;

    private void TryFinishTransfer(ReplicaId peer)
    {
        if (peer == TransferTarget && _progress.TryGetValue(peer, out var progress) && progress.Match == Log.LastIndex)
        {
            _messages.Add(To(peer, RaftMessageKind.TimeoutNow));
        }
    }
}
