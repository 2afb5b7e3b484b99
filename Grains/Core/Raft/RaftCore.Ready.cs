namespace TimeMachine.Core.Raft;

/// <content>The output, and what comes back from the disk.</content>
public sealed partial class RaftCore
{
    private readonly List<RaftMessage> _messages = [];
    private readonly List<RaftMessage> _afterPersist = [];
    private readonly List<ReadResult> _reads = [];
    private readonly List<EntryRead> _entryReads = [];
    private readonly List<SnapshotNeed> _snapshotNeeds = [];
    private Term _handedTerm;
    private ReplicaId _handedVote;
    private Term _persistedTerm;
    private LogIndex _handedToPersist;
    private LogIndex _handedToApply;
    private LogIndex _replacedFrom;
    private Term _replacedInTerm;
    private bool _roleChanged = true;
    private bool _mustSend;

    /// <summary>Whether <see cref="TakeReady"/> has something to give.</summary>
    public bool HasReady =>
        _messages.Count > 0 || _afterPersist.Count > 0 || _reads.Count > 0 || _entryReads.Count > 0
        || _snapshotNeeds.Count > 0 || _roleChanged || _mustSend || HasWrites || _handedToApply < Applicable;

    /// <summary>Whether the next Ready has something to write.</summary>
    public bool HasWrites => HasNewHardState || _handedToPersist < Log.LastIndex;

    /// <summary>The last entry that was given out to be written and not replaced since.</summary>
    public LogIndex HandedToPersist => _handedToPersist;

    private bool HasNewHardState => Term != _handedTerm || Vote != _handedVote;

    /// <summary>Only what is committed and on this disk is applied: a restart must find it in the log.</summary>
    private LogIndex Applicable => Lower(CommitIndex, PersistedIndex);

    /// <summary>Gives out everything since the last call.</summary>
    /// <param name="ready">Cleared and filled; nothing of it is referenced here afterwards.</param>
    public void TakeReady(RaftReady ready)
    {
        ready.Clear();
        if (_mustSend)
        {
            _mustSend = false;
            SendAppends();
        }

        HandOutHardState(ready);
        ready.PersistFirst = _handedToPersist + 1;
        ready.PersistLast = Log.LastIndex;
        _handedToPersist = Log.LastIndex;
        ready.ApplyFirst = _handedToApply + 1;
        ready.ApplyLast = Higher(Applicable, _handedToApply);
        _handedToApply = ready.ApplyLast;
        ready.RoleChanged = _roleChanged;
        _roleChanged = false;
        Move(_messages, ready.Messages);
        Move(_afterPersist, ready.MessagesAfterPersist);
        Move(_reads, ready.Reads);
        Move(_entryReads, ready.EntryReads);
        Move(_snapshotNeeds, ready.SnapshotNeeds);
    }

    /// <summary>Everything of an earlier Ready up to these points is on stable storage.</summary>
    /// <param name="lastIndex">The last entry written by then.</param>
    /// <param name="lastTerm">Its term: if the log holds another by now, it does not count.</param>
    /// <param name="hardStateTerm">The term of the hard state of that Ready.</param>
    /// <param name="hardStateVote">The vote of it.</param>
    public void OnPersisted(LogIndex lastIndex, Term lastTerm, Term hardStateTerm, ReplicaId hardStateVote)
    {
        Invariant.Require(hardStateTerm <= Term);
        _persistedTerm = hardStateTerm > _persistedTerm ? hardStateTerm : _persistedTerm;
        if (IsStillInLog(lastIndex, lastTerm, hardStateTerm) && lastIndex > PersistedIndex)
        {
            PersistedIndex = lastIndex;
            Invariant.Require(PersistedIndex <= Log.LastIndex);
            if (Role == RaftRole.Leader)
            {
                AdvanceCommit();
            }
        }

        if (Role == RaftRole.Candidate && hardStateTerm == Term && hardStateVote == Self)
        {
            CountVote(Self, isGranted: true, _lastNow);
        }
    }

    /// <summary>
    /// Whether a write that was synced just now is of the entries that the log holds. Index and term do not say so
    /// alone: an entry that was replaced and came back is on disk behind its replacement, in a write of its own. A
    /// leader never replaces what it sent in its term, so a write of the term of the replacement or later is told by
    /// index and term; an older one counts only below the replacement.
    /// </summary>
    private bool IsStillInLog(LogIndex index, Term term, Term writtenInTerm) =>
        index <= _handedToPersist
        && Log.Matches(index, term)
        && (writtenInTerm >= _replacedInTerm || index < _replacedFrom);

    private void BeginReady(HardState written)
    {
        _handedTerm = written.Term;
        _handedVote = written.Vote;
        _persistedTerm = written.Term;
        _handedToPersist = PersistedIndex;
        _handedToApply = AppliedIndex;
    }

    /// <summary>Notes that the log from an index on is not what was given out to be written.</summary>
    /// <param name="from">The first index that was dropped.</param>
    /// <param name="lastBefore">The log's last index before.</param>
    private void ForgetHanded(LogIndex from, LogIndex lastBefore)
    {
        var isWriteUnderWay = PersistedIndex < lastBefore;
        _replacedFrom = isWriteUnderWay && _replacedFrom.Value > 0 ? Lower(_replacedFrom, from) : from;
        _replacedInTerm = Term;
        PersistedIndex = Lower(PersistedIndex, from - 1);
        _handedToPersist = Lower(_handedToPersist, from - 1);
    }

    /// <summary>The commit index that rides along is bounded by what is synced: after a crash it must not bless entries
    /// that were about to be replaced.</summary>
    private void HandOutHardState(RaftReady ready)
    {
        ready.MustPersistHardState = HasNewHardState;
        ready.HardState = new HardState(Term, Vote, Applicable);
        _handedTerm = Term;
        _handedVote = Vote;
    }

    private static void Move<T>(List<T> from, List<T> to)
    {
        to.AddRange(from);
        from.Clear();
    }
}
