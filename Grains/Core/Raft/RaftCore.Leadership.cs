namespace TimeMachine.Core.Raft;

/// <content>Being a leader: the term's first entry, heartbeats, the quorum check, proposals (paper 5.2, 5.3,
/// 8).</content>
public sealed partial class RaftCore
{
    private LogIndex _firstOfTerm;
    private MonoMs _quorumCheckAt;
    private long _round;
    private long _uncommittedBytes;

    /// <summary>Whether this leader has committed an entry of its own term.</summary>
    public bool HasCommittedInTerm => Role == RaftRole.Leader && CommitIndex >= _firstOfTerm;

    private MonoMs NextLeaderDeadline =>
        TransferTarget != ReplicaId.None && _transferEnd < _quorumCheckAt ? _transferEnd : _quorumCheckAt;

    /// <summary>
    /// Whether this replica leads, and a quorum followed it at heartbeats that were sent within the shortest election
    /// timeout. Answers that waited while the process stood still do not count from when they are read.
    /// </summary>
    public bool IsLeaderConfirmed(MonoMs now) =>
        Role == RaftRole.Leader
        && QuorumOf(now.Value, static peer => peer.FollowedAt.Value) >= now.Value - _options.ElectionMinMs;

    /// <summary>
    /// Whether this replica leads and has read answers of a quorum within the shortest election timeout, however old
    /// they were: without that for a longest one it leads no more.
    /// </summary>
    public bool HearsQuorum(MonoMs now) =>
        Role == RaftRole.Leader && QuorumHeardAt(now) >= now - _options.ElectionMinMs;

    /// <summary>Begins a round of heartbeats to all members. Call it each <see cref="RaftOptions.HeartbeatMs"/>, and at
    /// any time to hasten reads.</summary>
    public void Heartbeat(MonoMs now)
    {
        if (Role != RaftRole.Leader)
        {
            return;
        }

        _lastNow = now;
        _round++;
        foreach (var peer in _peers)
        {
            // A peer may trust the commit index only as far as its log is known to match.
            var commit = Lower(peer.Match, CommitIndex);
            peer.OnRoundSent(_round, now);
            _messages.Add(To(peer.Replica, RaftMessageKind.Heartbeat) with { Commit = commit, ReadRound = _round });
        }

        ConfirmReads();
    }

    /// <summary>Appends an entry, if this replica leads and has room.</summary>
    /// <param name="kind">What it carries; configurations go through <see cref="ProposeConfiguration"/>.</param>
    /// <param name="payload">The bytes; copied.</param>
    /// <param name="index">Its index, if accepted.</param>
    /// <exception cref="InvariantViolationException">The kind is a configuration.</exception>
    public ProposeStatus Propose(EntryKind kind, ReadOnlySpan<byte> payload, out LogIndex index)
    {
        Invariant.Require(kind is EntryKind.Commands or EntryKind.Empty);
        index = default;
        if (Role != RaftRole.Leader)
        {
            return ProposeStatus.NotLeader;
        }

        if (TransferTarget != ReplicaId.None)
        {
            return ProposeStatus.Transferring;
        }

        if (IsOverloaded(payload.Length))
        {
            return ProposeStatus.Overloaded;
        }

        index = AppendOwn(kind, payload);
        return ProposeStatus.Accepted;
    }

    private void BecomeLeader(MonoMs now)
    {
        Invariant.Require(Role == RaftRole.Candidate);
        SetRole(RaftRole.Leader, Self);
        _peers.Clear();
        FollowConfiguration(now);
        foreach (var peer in _peers)
        {
            var hasVoted = _votes.TryGetValue(peer.Replica, out var isGranted) && isGranted;
            peer.FollowedAt = hasVoted ? _campaignedAt : peer.FollowedAt;
        }

        _quorumCheckAt = now + _options.ElectionMinMs;
        _round = 0;
        _uncommittedBytes = PayloadBytes(CommitIndex + 1, Log.LastIndex);
        _firstOfTerm = AppendOwn(EntryKind.Empty, default);
    }

    private void LeaveLeadership()
    {
        if (Role != RaftRole.Leader)
        {
            return;
        }

        DropReads();
        _peers.Clear();
        _mustSend = false;
        TransferTarget = ReplicaId.None;
    }

    private LogIndex AppendOwn(EntryKind kind, ReadOnlySpan<byte> payload)
    {
        Invariant.Require(Role == RaftRole.Leader);
        Log.Append(Term, kind, payload);
        _uncommittedBytes += payload.Length;
        _mustSend = true;
        return Log.LastIndex;
    }

    /// <summary>A leader that no quorum answers for the longest election timeout follows (thesis 6.2).</summary>
    private void CheckQuorum(MonoMs now)
    {
        if (now < _quorumCheckAt)
        {
            return;
        }

        _quorumCheckAt = now + (_options.ElectionMinMs / 2);
        if (QuorumHeardAt(now) < now - _options.ElectionMaxMs)
        {
            BecomeFollower(Term, ReplicaId.None, now);
        }
    }

    /// <summary>The latest time since which a quorum, this replica included, has been heard.</summary>
    private MonoMs QuorumHeardAt(MonoMs now) => new(QuorumOf(now.Value, static peer => peer.HeardAt.Value));

    /// <summary>Too much is uncommitted, or a majority applies too slowly. A large entry alone is always let
    /// in.</summary>
    private bool IsOverloaded(int bytes)
    {
        var isFull = _uncommittedBytes > 0 && _uncommittedBytes + bytes > _options.UncommittedBytesMax;
        return isFull || CommitIndex.Value - QuorumApplied() > _options.ApplyLagEntriesMax;
    }

    /// <summary>What a majority has applied; a peer that has not told yet is not held against it.</summary>
    private long QuorumApplied() =>
        QuorumOf(AppliedIndex.Value, static peer => peer.Applied?.Value ?? long.MaxValue);

    /// <summary>The highest value that a majority of the voters has reached.</summary>
    private long QuorumOf(long own, Func<Progress, long> valueOf)
    {
        Span<long> values = stackalloc long[Configuration.VotersMax];
        var count = 0;
        if (_isSelfVoter)
        {
            values[count++] = own;
        }

        foreach (var peer in _peers)
        {
            if (peer.IsVoter)
            {
                values[count++] = valueOf(peer);
            }
        }

        return Quorum.Reached(values[..count]);
    }
}
