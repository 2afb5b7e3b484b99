using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Raft;

/// <content>Replication: appends, answers, commit (paper 5.3, 5.4.2), images.</content>
public sealed partial class RaftCore
{
    /// <summary>Entries that a lagging peer needs were read from disk; none means that they are gone.</summary>
    public void OnEntriesRead(ReplicaId peer, LogIndex first, ReadOnlySpan<Entry> entries)
    {
        if (Role != RaftRole.Leader || !_progress.TryGetValue(peer, out var progress) || !progress.IsReading)
        {
            return;
        }

        progress.IsReading = false;
        if (entries.IsEmpty || progress.Next != first || !Log.Matches(first - 1, SafeTermAt(first - 1)))
        {
            return;
        }

        var writer = new ByteWriter();
        var last = first;
        foreach (var entry in entries)
        {
            if (!Log.Matches(entry.Index, entry.Term))
            {
                return;
            }

            RaftMessageCodec.WriteEntry(writer, entry);
            last = entry.Index;
        }

        var message = AppendBehind(progress, first - 1) with
        {
            EntriesFirst = first,
            EntryCount = entries.Length,
            EntriesBytes = writer.Written.ToArray(),
        };
        _messages.Add(message);
        progress.OnSent(last, writer.Length);
    }

    /// <summary>An image's transfer ended: appends go on behind it, or the peer is probed again.</summary>
    public void OnSnapshotSendFinished(ReplicaId peer, LogIndex index, bool delivered)
    {
        if (Role != RaftRole.Leader || !_progress.TryGetValue(peer, out var progress)
            || progress.State != ProgressState.Snapshot)
        {
            return;
        }

        progress.BecomeProbe(delivered ? index + 1 : progress.Match + 1);
        _mustSend = true;
    }

    /// <summary>An image is durable on this replica's disk: the log begins anew behind it.</summary>
    public void OnSnapshotInstalled(LogIndex index, Term term, Configuration configuration)
    {
        if (index <= CommitIndex)
        {
            return;
        }

        Invariant.Require(Role != RaftRole.Leader);
        Log.Restore(index, term, configuration);
        CommitIndex = index;
        PersistedIndex = index;
        AppliedIndex = index;
        _handedToApply = index;
        _handedToPersist = index;
        if (Leader != ReplicaId.None)
        {
            AnswerAppend(Leader, index);
        }
    }

    private Term SafeTermAt(LogIndex index) =>
        index >= Log.SnapshotIndex && index <= Log.LastIndex ? Log.TermAt(index) : default;

    private void FollowLeader(in RaftMessage message, MonoMs now)
    {
        Invariant.Require(Role != RaftRole.Leader);
        if (Role != RaftRole.Follower || Leader != message.From)
        {
            SetRole(RaftRole.Follower, message.From);
        }

        _heardLeaderAt = now;
        ResetElection(now);
        if (message.Kind == RaftMessageKind.AppendEntries)
        {
            TakeAppend(message);
        }
        else if (message.Kind == RaftMessageKind.Heartbeat)
        {
            CommitThrough(message.Commit < Log.LastIndex ? message.Commit : Log.LastIndex);
            AnswerHeartbeat(message);
        }
    }

    private void AnswerHeartbeat(in RaftMessage message)
    {
        var into = HasHardState ? _afterPersist : _messages;
        into.Add(To(message.From, RaftMessageKind.HeartbeatResponse) with
        {
            ReadRound = message.ReadRound,
            Applied = AppliedIndex,
        });
    }

    private void TakeAppend(in RaftMessage message)
    {
        if (message.Index < CommitIndex)
        {
            AnswerAppend(message.From, CommitIndex);
            return;
        }

        if (!Log.Matches(message.Index, message.LogTerm))
        {
            RefuseAppend(message);
            return;
        }

        if (TryAppendAll(message, out var covered))
        {
            CommitThrough(message.Commit < covered ? message.Commit : covered);
            AnswerAppend(message.From, covered);
        }
    }

    /// <summary>Appends what is new; an entry that is there already stays, and so does all behind it.</summary>
    private bool TryAppendAll(in RaftMessage message, out LogIndex covered)
    {
        covered = message.Index;
        var reader = new ByteReader(message.EntriesBytes.Span);
        for (var i = 0; i < message.EntryCount; i++)
        {
            if (!RaftMessageCodec.TryReadEntry(ref reader, out var term, out var kind, out var payload)
                || term > message.Term)
            {
                return false;
            }

            var index = covered + 1;
            if (Log.Matches(index, term))
            {
                covered = index;
                continue;
            }

            if (index <= Log.LastIndex)
            {
                TruncateFrom(index);
            }

            if (term < Log.LastTerm)
            {
                return false;
            }

            Log.Append(term, kind, payload);
            covered = index;
        }

        return true;
    }

    private void TruncateFrom(LogIndex index)
    {
        Invariant.Require(index > CommitIndex);
        Log.TruncateFrom(index);
        PersistedIndex = Lower(PersistedIndex, index - 1);
        _handedToPersist = Lower(_handedToPersist, index - 1);
    }

    private static LogIndex Lower(LogIndex a, LogIndex b) => a < b ? a : b;

    private void AnswerAppend(ReplicaId leader, LogIndex match) =>
        _afterPersist.Add(To(leader, RaftMessageKind.AppendResponse) with { Index = match, Applied = AppliedIndex });

    private void RefuseAppend(in RaftMessage message)
    {
        var hint = Log.LastWithTermAtMost(message.Index, message.LogTerm);
        _messages.Add(To(message.From, RaftMessageKind.AppendResponse) with
        {
            Index = message.Index,
            IsRejected = true,
            HintIndex = hint,
            HintTerm = Log.TermAt(hint),
            Applied = AppliedIndex,
        });
    }

    private void CommitThrough(LogIndex index)
    {
        if (index > CommitIndex)
        {
            Invariant.Require(index <= Log.LastIndex);
            CommitIndex = index;
        }
    }

    private Progress? Hear(ReplicaId peer, MonoMs now)
    {
        if (Role != RaftRole.Leader || !_progress.TryGetValue(peer, out var progress))
        {
            return null;
        }

        progress.HeardAt = now;
        return progress;
    }

    private void TakeAppendResponse(in RaftMessage message, MonoMs now)
    {
        var progress = Hear(message.From, now);
        if (progress is null)
        {
            return;
        }

        progress.Applied = message.Applied > progress.Applied ? message.Applied : progress.Applied;
        if (message.IsRejected)
        {
            OnRefused(progress, message);
            return;
        }

        if (message.Index > Log.LastIndex)
        {
            return;
        }

        var isNew = progress.OnAccepted(message.Index);
        if (progress.State == ProgressState.Probe && (isNew || message.Index == progress.Match))
        {
            progress.BecomeReplicate();
        }
        else if (progress.State == ProgressState.Snapshot && progress.Match >= Log.SnapshotIndex)
        {
            progress.BecomeReplicate();
        }

        if (isNew)
        {
            AdvanceCommit();
        }

        TryFinishTransfer(message.From);
        _mustSend = true;
    }

    private void OnRefused(Progress progress, in RaftMessage message)
    {
        var isOld = progress.State == ProgressState.Replicate
            ? message.Index <= progress.Match
            : message.Index != progress.Next - 1;
        if (isOld || progress.State == ProgressState.Snapshot)
        {
            return;
        }

        var hint = message.HintTerm.Value > 0
            ? Log.LastWithTermAtMost(message.HintIndex, message.HintTerm)
            : message.HintIndex;
        var next = Lower(message.Index, hint + 1);
        progress.BecomeProbe(next.Value > 0 ? next : new LogIndex(1));
        _mustSend = true;
    }

    private void TakeHeartbeatResponse(in RaftMessage message, MonoMs now)
    {
        var progress = Hear(message.From, now);
        if (progress is null)
        {
            return;
        }

        progress.Applied = message.Applied > progress.Applied ? message.Applied : progress.Applied;
        progress.Round = Math.Max(progress.Round, Math.Min(message.ReadRound, _round));
        ConfirmReads();
        if (progress.Match < Log.LastIndex || progress.State == ProgressState.Probe)
        {
            Nudge(progress);
        }
    }

    /// <summary>A peer that lags answered a heartbeat: something may have been lost, so one append finds out.</summary>
    private void Nudge(Progress progress)
    {
        progress.IsProbing = false;
        progress.IsReading = false;
        if (IsWindowFull(progress))
        {
            progress.FreeFirst();
        }

        SendAppend(progress, mayBeEmpty: true);
    }

    /// <summary>An entry of the own term that a majority has synced is committed, and all before it (paper 5.4.2).</summary>
    private void AdvanceCommit()
    {
        Span<long> matches = stackalloc long[Configuration.VotersMax];
        var count = 0;
        foreach (var member in Configuration.Members)
        {
            if (member.Kind == MemberKind.Voter)
            {
                matches[count++] = member.Replica == Self ? PersistedIndex.Value : MatchOf(member.Replica);
            }
        }

        var reached = new LogIndex(Quorum.Reached(matches[..count]));
        if (reached > CommitIndex && Log.TermAt(reached) == Term)
        {
            OnCommitted(reached);
        }
    }

    private long MatchOf(ReplicaId peer) => _progress.TryGetValue(peer, out var progress) ? progress.Match.Value : 0;

    private void OnCommitted(LogIndex reached)
    {
        for (var index = CommitIndex + 1; index <= reached; index += 1)
        {
            _uncommittedBytes -= Log.TryGet(index, out var entry) ? entry.Payload.Length : 0;
        }

        _uncommittedBytes = Math.Max(0, _uncommittedBytes);
        CommitThrough(reached);
        if (ConfigurationIndex <= CommitIndex && !Configuration.IsVoter(Self))
        {
            BecomeFollower(Term, ReplicaId.None, _lastNow);
        }
    }
}
