namespace TimeMachine.Core.Raft;

/// <content>What a leader sends to its peers, and how much of it at a time.</content>
public sealed partial class RaftCore
{
    /// <summary>One progress a member: new members are probed, gone ones forgotten.</summary>
    private void SyncProgress(MonoMs now)
    {
        foreach (var member in Configuration.Members)
        {
            if (member.Replica != Self && !_progress.ContainsKey(member.Replica))
            {
                _progress.Add(member.Replica, new Progress(member.Replica, Log.LastIndex + 1) { HeardAt = now });
            }
        }

        foreach (var replica in new List<ReplicaId>(_progress.Keys))
        {
            if (!Configuration.TryGet(replica, out _))
            {
                _progress.Remove(replica);
            }
        }
    }

    private void OnConfigurationChanged()
    {
        SyncProgress(_lastNow);
        AdvanceCommit();
    }

    private void SendAppends()
    {
        foreach (var member in Configuration.Members)
        {
            if (member.Replica != Self && _progress.TryGetValue(member.Replica, out var progress))
            {
                while (SendAppend(progress, mayBeEmpty: false))
                {
                }
            }
        }
    }

    private bool IsWindowFull(Progress progress) =>
        progress.InFlightCount >= _options.WindowMessagesMax || progress.InFlightBytes >= _options.WindowBytesMax;

    private bool IsPaused(Progress progress) => progress.State switch
    {
        ProgressState.Probe => progress.IsProbing,
        ProgressState.Replicate => IsWindowFull(progress) || IsApplyLagging(progress),
        _ => true,
    };

    /// <summary>A peer that applies too slowly gets less, and nobody else does.</summary>
    private bool IsApplyLagging(Progress progress) =>
        progress.Match - progress.Applied > _options.ApplyLagEntriesMax && progress.InFlightCount > 0;

    /// <summary>Sends one append; returns whether another may follow at once.</summary>
    private bool SendAppend(Progress progress, bool mayBeEmpty)
    {
        if (IsPaused(progress) || progress.IsReading)
        {
            return false;
        }

        var previous = progress.Next - 1;
        if (previous < Log.SnapshotIndex)
        {
            progress.BecomeSnapshot();
            _snapshotNeeds.Add(new SnapshotNeed(progress.Replica));
            return false;
        }

        if (progress.Next > Log.LastIndex)
        {
            if (mayBeEmpty || progress.State == ProgressState.Probe)
            {
                _messages.Add(AppendBehind(progress, previous));
                progress.IsProbing = progress.State == ProgressState.Probe;
            }

            return false;
        }

        if (progress.Next < Log.WindowFirst)
        {
            progress.IsReading = true;
            _entryReads.Add(new EntryRead(
                progress.Replica, progress.Next, Lower(Log.WindowFirst - 1, Log.LastIndex), _options.AppendBytesMax));
            return false;
        }

        return SendEntries(progress, previous);
    }

    private bool SendEntries(Progress progress, LogIndex previous)
    {
        var count = 0;
        var bytes = 0;
        for (var index = progress.Next; index <= Log.LastIndex; index += 1)
        {
            var isThere = Log.TryGet(index, out var entry);
            Invariant.Require(isThere);
            if (count > 0 && bytes + entry.Payload.Length > _options.AppendBytesMax)
            {
                break;
            }

            count++;
            bytes += entry.Payload.Length + EntryOverheadBytes;
        }

        _messages.Add(AppendBehind(progress, previous) with { EntriesFirst = progress.Next, EntryCount = count });
        progress.OnSent(previous + count, bytes);
        return progress.State == ProgressState.Replicate;
    }

    /// <summary>What an entry costs on the wire beside its payload, roughly.</summary>
    private const int EntryOverheadBytes = 8;

    private RaftMessage AppendBehind(Progress progress, LogIndex previous) =>
        To(progress.Replica, RaftMessageKind.AppendEntries) with
        {
            Index = previous,
            LogTerm = Log.TermAt(previous),
            Commit = CommitIndex,
            EntriesFirst = previous + 1,
        };
}
