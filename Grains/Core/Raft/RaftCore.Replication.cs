namespace TimeMachine.Core.Raft;

/// <content>Leading the others' logs: answers, and what counts as committed (paper 5.3, 5.4.2).</content>
public sealed partial class RaftCore
{
    /// <summary>Notes that a member lives, and how far it has applied; null if it is none of this leader's
    /// peers.</summary>
    private Progress? Hear(in RaftMessage message, MonoMs now)
    {
        if (Role != RaftRole.Leader || Find(message.From) is not { } peer)
        {
            return null;
        }

        peer.HeardAt = now;
        if (message.Kind != RaftMessageKind.InstallSnapshotResponse)
        {
            peer.OnApplied(Lower(message.Applied, Log.LastIndex));
        }

        return peer;
    }

    private void TakeAppendResponse(in RaftMessage message, MonoMs now)
    {
        if (Hear(message, now) is not { } peer)
        {
            return;
        }

        if (message.IsRejected)
        {
            TakeRefusal(peer, message);
        }
        else if (message.Index <= Log.LastIndex)
        {
            TakeAcceptance(peer, message.Index);
        }
    }

    private void TakeAcceptance(Progress peer, LogIndex match)
    {
        var isNew = peer.OnAccepted(match);
        var isCaughtUp = peer.State == ProgressState.Snapshot && peer.Match >= Log.SnapshotIndex;
        if (isCaughtUp || (peer.State == ProgressState.Probe && match == peer.Match))
        {
            peer.BecomeReplicate();
        }

        _mustSend = true;
        TryFinishTransfer(peer);
        if (isNew)
        {
            AdvanceCommit();
        }
    }

    /// <summary>A refusal of something older than what is known tells nothing; any other moves the probe
    /// back.</summary>
    private void TakeRefusal(Progress peer, in RaftMessage message)
    {
        var isOld = peer.State == ProgressState.Replicate
            ? message.Index <= peer.Match
            : message.Index != peer.Next - 1;
        if (isOld || peer.State == ProgressState.Snapshot)
        {
            return;
        }

        // This log may hold nothing of the follower's term at the hint: then it goes back further at once.
        var meeting = Lower(message.HintIndex, Log.LastWithTermAtMost(message.HintIndex, message.HintTerm));
        var next = Lower(message.Index, meeting + 1);
        peer.BecomeProbe(Higher(next, new LogIndex(1)));
        _mustSend = true;
    }

    private void TakeHeartbeatResponse(in RaftMessage message, MonoMs now)
    {
        if (Hear(message, now) is not { } peer)
        {
            return;
        }

        peer.OnRoundAnswered(Math.Min(message.ReadRound, _round));
        ConfirmReads();
        TryFinishTransfer(peer);
        if (peer.Match < Log.LastIndex || peer.State == ProgressState.Probe)
        {
            Nudge(peer, now);
        }
    }

    /// <summary>A peer that lags answered a heartbeat: if nothing moved since the last one, something may have been
    /// lost, so one append finds out.</summary>
    private void Nudge(Progress peer, MonoMs now)
    {
        var isMoving = peer.HasAdvanced && peer.State == ProgressState.Replicate;
        peer.HasAdvanced = false;
        _mustSend = true;
        if (isMoving)
        {
            return;
        }

        peer.ResumeProbing();
        if (peer.ReadingSince is { } since && now - since >= _options.ElectionMaxMs)
        {
            peer.ReadingSince = null;
        }

        if (IsWindowFull(peer))
        {
            peer.FreeFirst();
        }

        peer.IsNudged = true;
    }

    /// <summary>An entry of the own term that a majority has synced is committed, and all before it (paper
    /// 5.4.2).</summary>
    private void AdvanceCommit()
    {
        var reached = new LogIndex(QuorumOf(PersistedIndex.Value, static peer => peer.Match.Value));
        if (reached > CommitIndex && Log.TermAt(reached) == Term)
        {
            _uncommittedBytes -= PayloadBytes(CommitIndex + 1, reached);
            CommitThrough(reached);
        }

        LeaveIfRemoved();
    }

    /// <summary>The bytes of the entries from first to last; entries before the window are committed and count
    /// nothing.</summary>
    private long PayloadBytes(LogIndex first, LogIndex last)
    {
        long bytes = 0;
        for (var index = Higher(first, Log.WindowFirst); index <= last; index += 1)
        {
            bytes += Log.TryGet(index, out var entry) ? entry.Payload.Length : 0;
        }

        return bytes;
    }
}
