using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Raft;

/// <content>What a leader sends to its peers, and how much of it at a time.</content>
public sealed partial class RaftCore
{
    /// <summary>What an entry costs on the wire beside its payload, at most.</summary>
    private const int EntryOverheadBytes = 15;

    /// <summary>Entries that a lagging peer needs were read from disk.</summary>
    /// <param name="peer">For whom they were read.</param>
    /// <param name="first">The index asked for.</param>
    /// <param name="entries">The entries from there on without a gap; none means that they cannot be read, so that the
    /// peer gets an image.</param>
    public void OnEntriesRead(ReplicaId peer, LogIndex first, ReadOnlySpan<Entry> entries)
    {
        if (Find(peer) is not { ReadingSince: not null } progress)
        {
            return;
        }

        progress.ReadingSince = null;
        _mustSend = true;
        if (progress.Next != first || IsPaused(progress) || first <= Log.SnapshotIndex)
        {
            return;
        }

        if (entries.IsEmpty)
        {
            NeedSnapshot(progress);
        }
        else
        {
            SendRead(progress, entries);
        }
    }

    private void SendRead(Progress peer, ReadOnlySpan<Entry> entries)
    {
        var first = peer.Next;
        var writer = new ByteWriter();
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Index != first + i || !Log.Matches(first + i, entries[i].Term))
            {
                return;
            }

            RaftMessageCodec.WriteEntry(writer, entries[i]);
        }

        _messages.Add(AppendBehind(peer, first - 1) with
        {
            EntryCount = entries.Length,
            EntriesBytes = writer.Written.ToArray(),
        });
        peer.OnSent(first + entries.Length - 1, writer.Length);
    }

    /// <summary>Sends what there is to send. Called when a Ready is taken and never before: the entries that an append
    /// names are encoded from the log as it then stands.</summary>
    private void SendAppends()
    {
        foreach (var peer in _peers)
        {
            // Each round sends at least one entry, so the log's end ends it.
            while (SendAppend(peer))
            {
            }

            peer.IsNudged = false;
        }
    }

    private bool IsWindowFull(Progress peer) =>
        peer.InFlightCount >= _options.WindowMessagesMax || peer.InFlightBytes >= _options.WindowBytesMax;

    private bool IsPaused(Progress peer) => peer.State switch
    {
        ProgressState.Probe => peer.IsProbing,
        ProgressState.Replicate => IsWindowFull(peer) || (IsApplyLagging(peer) && peer.InFlightCount > 0),
        _ => true,
    };

    /// <summary>A peer that applies too slowly gets one message at a time, and nobody else does.</summary>
    private bool IsApplyLagging(Progress peer) =>
        peer.Applied is { } applied && Lower(peer.Match, CommitIndex) - applied > _options.ApplyLagEntriesMax;

    /// <summary>Sends one append; returns whether another may follow at once.</summary>
    private bool SendAppend(Progress peer)
    {
        if (IsPaused(peer) || peer.ReadingSince is not null)
        {
            return false;
        }

        if (peer.Next <= Log.SnapshotIndex)
        {
            NeedSnapshot(peer);
            return false;
        }

        if (peer.Next > Log.LastIndex)
        {
            SendEmpty(peer);
            return false;
        }

        if (peer.Next < Log.WindowFirst)
        {
            peer.ReadingSince = _lastNow;
            var last = Lower(Log.WindowFirst - 1, Log.LastIndex);
            _entryReads.Add(new EntryRead(peer.Replica, peer.Next, last, _options.AppendBytesMax));
            return false;
        }

        return SendEntries(peer);
    }

    /// <summary>An append without entries finds out whether the peer's log matches. The commit index needs none: it
    /// goes with the next entries or heartbeat.</summary>
    private void SendEmpty(Progress peer)
    {
        if (peer.IsNudged || peer.State == ProgressState.Probe)
        {
            _messages.Add(AppendBehind(peer, peer.Next - 1));
            peer.PauseProbing();
        }
    }

    private bool SendEntries(Progress peer)
    {
        var first = peer.Next;
        var count = 0;
        var bytes = 0;
        for (var index = first; index <= Log.LastIndex && count < RaftMessageCodec.EntriesMax; index += 1)
        {
            var isThere = Log.TryGet(index, out var entry);
            Invariant.Require(isThere);
            var more = entry.Payload.Length + EntryOverheadBytes;
            if (count > 0 && bytes + more > _options.AppendBytesMax)
            {
                break;
            }

            count++;
            bytes += more;
        }

        peer.IsNudged = false;
        _messages.Add(AppendBehind(peer, first - 1) with { EntryCount = count });
        peer.OnSent(first + count - 1, bytes);
        return peer.State == ProgressState.Replicate;
    }

    private RaftMessage AppendBehind(Progress peer, LogIndex previous) =>
        To(peer.Replica, RaftMessageKind.AppendEntries) with
        {
            Index = previous,
            LogTerm = Log.TermAt(previous),
            Commit = CommitIndex,
            EntriesFirst = previous + 1,
        };

    private void NeedSnapshot(Progress peer)
    {
        peer.BecomeSnapshot();
        _snapshotNeeds.Add(new SnapshotNeed(peer.Replica));
    }
}
