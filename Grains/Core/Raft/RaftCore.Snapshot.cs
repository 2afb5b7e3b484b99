namespace TimeMachine.Core.Raft;

/// <content>Images of the state machine instead of entries (paper 7). Their bytes are the engine's.</content>
public sealed partial class RaftCore
{
    /// <summary>An image's transfer ended: appends go on behind it, or the peer is probed again once it is
    /// heard.</summary>
    /// <param name="peer">The receiver.</param>
    /// <param name="index">The image's index.</param>
    /// <param name="delivered">Whether the peer has it durably.</param>
    public void OnSnapshotSendFinished(ReplicaId peer, LogIndex index, bool delivered)
    {
        if (Find(peer) is not { State: ProgressState.Snapshot } progress)
        {
            return;
        }

        progress.BecomeProbe(delivered ? Lower(index, Log.LastIndex) + 1 : progress.Match + 1);
        if (delivered)
        {
            _mustSend = true;
        }
        else
        {
            progress.PauseProbing();
        }
    }

    /// <summary>Whether <see cref="OnSnapshotInstalled"/> would begin the log anew. If not, the log on disk must stay:
    /// this replica has acknowledged entries behind the image.</summary>
    public bool MustRestartLog(LogIndex index, Term term) =>
        index > CommitIndex && !(Log.Matches(index, term) && index <= PersistedIndex);

    /// <summary>An image is durable on this replica's disk: the state machine is at its index, and unless the log holds
    /// that entry too, the log begins anew behind it.</summary>
    /// <param name="index">The image's index.</param>
    /// <param name="term">The term of the entry at the index.</param>
    /// <param name="configuration">The configuration as of the index.</param>
    public void OnSnapshotInstalled(LogIndex index, Term term, Configuration configuration)
    {
        if (index <= AppliedIndex)
        {
            return;
        }

        if (MustRestartLog(index, term))
        {
            RestartLog(index, term, configuration);
        }

        CommitThrough(index);
        AppliedIndex = index;
        _handedToApply = Higher(_handedToApply, index);
        if (Role == RaftRole.Follower && Leader != ReplicaId.None)
        {
            AnswerAppend(Leader, CommitIndex);
        }
    }

    private void RestartLog(LogIndex index, Term term, Configuration configuration)
    {
        // A leader's log holds every committed entry, so it is never behind an image.
        Invariant.Require(Role != RaftRole.Leader);
        StepDown(_lastNow);
        var lastBefore = Log.LastIndex;
        Log.Restore(index, term, configuration);
        ForgetHanded(index + 1, lastBefore);
        PersistedIndex = index;
        _handedToPersist = index;
    }

    /// <summary>A leader offers an image: a log that reaches as far needs none, and says so.</summary>
    private void TakeImageOffer(in RaftMessage message)
    {
        if (Log.Matches(message.Index, message.LogTerm))
        {
            CommitThrough(message.Index);
        }

        if (message.Index <= CommitIndex)
        {
            AnswerAppend(message.From, CommitIndex);
        }
    }
}
