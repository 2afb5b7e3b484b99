using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Raft;

/// <content>Following a leader: appends, heartbeats (paper 5.3).</content>
public sealed partial class RaftCore
{
    private void FollowLeader(in RaftMessage message, MonoMs now)
    {
        // Two leaders of one term cannot be; whoever says so is not obeyed.
        if (Role == RaftRole.Leader || (Leader != ReplicaId.None && Leader != message.From))
        {
            return;
        }

        if (Role != RaftRole.Follower || Leader == ReplicaId.None)
        {
            SetRole(RaftRole.Follower, message.From);
        }

        _heardLeaderAt = now;
        ResetElection(now);
        switch (message.Kind)
        {
            case RaftMessageKind.AppendEntries:
                TakeAppend(message);
                break;
            case RaftMessageKind.Heartbeat:
                TakeHeartbeat(message);
                break;
            default:
                TakeImageOffer(message);
                break;
        }
    }

    private void TakeHeartbeat(in RaftMessage message)
    {
        CommitThrough(Lower(message.Commit, Log.LastIndex));
        var into = _persistedTerm < Term ? _afterPersist : _messages;
        into.Add(To(message.From, RaftMessageKind.HeartbeatResponse) with
        {
            ReadRound = message.ReadRound,
            Applied = AppliedIndex,
        });
    }

    private void TakeAppend(in RaftMessage message)
    {
        if (!IsWellFormed(message))
        {
            return;
        }

        if (message.Index < Log.SnapshotIndex)
        {
            AnswerAppend(message.From, CommitIndex);
        }
        else if (!Log.Matches(message.Index, message.LogTerm))
        {
            RefuseAppend(message);
        }
        else
        {
            AppendNew(message);
            var covered = message.Index + message.EntryCount;
            CommitThrough(Lower(message.Commit, covered));
            AnswerAppend(message.From, Higher(covered, CommitIndex));
        }
    }

    /// <summary>Whether the entries are whole and their terms could stand in a log: checked before anything
    /// changes.</summary>
    private static bool IsWellFormed(in RaftMessage message)
    {
        var reader = new ByteReader(message.EntriesBytes.Span);
        var previous = message.LogTerm;
        for (var i = 0; i < message.EntryCount; i++)
        {
            if (!RaftMessageCodec.TryReadEntry(ref reader, out var term, out var kind, out var payload)
                || term < previous
                || (kind == EntryKind.Configuration && !Configuration.TryDecode(payload, out _)))
            {
                return false;
            }

            previous = term;
        }

        return previous <= message.Term && reader.AtEnd && message.Index.Value >= 0;
    }

    /// <summary>Appends what is new; an entry that is there already stays, and so does all behind it.</summary>
    private void AppendNew(in RaftMessage message)
    {
        var reader = new ByteReader(message.EntriesBytes.Span);
        for (var i = 1; i <= message.EntryCount; i++)
        {
            var isWhole = RaftMessageCodec.TryReadEntry(ref reader, out var term, out var kind, out var payload);
            Invariant.Require(isWhole);
            var index = message.Index + i;
            if (Log.Matches(index, term))
            {
                continue;
            }

            if (index <= Log.LastIndex)
            {
                TruncateFrom(index);
            }

            Log.Append(term, kind, payload);
        }
    }

    private void TruncateFrom(LogIndex index)
    {
        Invariant.Require(index > CommitIndex);
        var lastBefore = Log.LastIndex;
        Log.TruncateFrom(index);
        ForgetHanded(index, lastBefore);
    }

    /// <summary>Acknowledges up to <paramref name="match"/> after the sync; one answer stands for those before
    /// it.</summary>
    private void AnswerAppend(ReplicaId leader, LogIndex match)
    {
        var answer = To(leader, RaftMessageKind.AppendResponse) with { Index = match, Applied = AppliedIndex };
        var last = _afterPersist.Count - 1;
        if (last >= 0 && _afterPersist[last] is { Kind: RaftMessageKind.AppendResponse } before
            && before.To == leader && before.Term == Term)
        {
            _afterPersist[last] = answer with { Index = Higher(match, before.Index) };
        }
        else
        {
            _afterPersist.Add(answer);
        }
    }

    /// <summary>Refuses with the place where the logs may meet: all entries of a later term are skipped at
    /// once.</summary>
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
}
