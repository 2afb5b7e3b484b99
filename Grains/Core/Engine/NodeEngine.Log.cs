using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <content>
/// What goes to the log, and what waits for its sync. A group whose records find no room blocks the turn: later groups
/// with records keep their output until there is room, so nothing overtakes. Groups that write nothing go on.
/// </content>
public sealed partial class NodeEngine
{
    private const int RewriteReadsMax = 256;

    /// <summary>How often a lack of room is looked at without any news, in ms.</summary>
    private const int BlockedRetryMs = 20;

    private readonly Queue<PersistNote> _notes = new();
    private readonly List<PersistNote> _unsealed = [];
    private readonly List<LogBatch> _sealed = [];
    private PendingRecords? _blocked;
    private PendingRecords _pending = new();
    private bool _hasOpenRecords;
    private long _lastSealed;
    private long _lastSynced;

    /// <summary>Whether anything appended to the log is not synced yet.</summary>
    private bool HasUnsynced => _hasOpenRecords || _lastSealed > _lastSynced;

    /// <summary>The batch that holds, or will hold, the newest record.</summary>
    private long NewestBatch => _hasOpenRecords ? _lastSealed + 1 : _lastSealed;

    private void Persist(GroupSlot slot)
    {
        _pending.Begin(slot, _ready);
        if (!TryPersist(_pending))
        {
            _pending.Messages.AddRange(_ready.MessagesAfterPersist);
            _blocked = _pending;
            _pending = new PendingRecords();
            return;
        }

        foreach (var message in _ready.MessagesAfterPersist)
        {
            SendAfterSync(slot, message);
        }
    }

    private void ResumeBlocked()
    {
        if (_blocked is not { } blocked)
        {
            return;
        }

        if (Slot(blocked.Slot.Core.Group) != blocked.Slot)
        {
            _blocked = null;
            return;
        }

        if (TryPersist(blocked))
        {
            _blocked = null;
            foreach (var message in blocked.Messages)
            {
                SendAfterSync(blocked.Slot, message);
            }
        }
    }

    /// <summary>
    /// Appends what a Ready wants written; what was appended before a lack of room is not appended again.
    /// </summary>
    private bool TryPersist(PendingRecords pending)
    {
        var core = pending.Slot.Core;
        var hard = pending.HardState;
        if (pending.MustPersistHardState)
        {
            if (!TryAppendHardState(core.Group, hard))
            {
                return false;
            }

            pending.MustPersistHardState = false;
            pending.HasWritten = true;
        }

        var last = LastToWrite(pending);
        for (; pending.Next <= last; pending.Next += 1)
        {
            if (!TryAppendEntry(core, pending.Next))
            {
                return false;
            }

            pending.HasWritten = true;
        }

        if (pending.HasWritten)
        {
            var written = pending.First <= last ? last : core.PersistedIndex;
            _unsealed.Add(new PersistNote(
                0, core.Group, core.Self, written, core.Log.TermAt(written), hard.Term, hard.Vote));
        }

        return true;
    }

    /// <summary>An image or other entries may have taken the place of those that waited for room. What took it is
    /// given out by a later Ready, together with what is before it.</summary>
    private static LogIndex LastToWrite(PendingRecords pending)
    {
        var core = pending.Slot.Core;
        if (pending.First <= core.Log.SnapshotIndex)
        {
            return pending.First - 1;
        }

        return pending.Last < core.HandedToPersist ? pending.Last : core.HandedToPersist;
    }

    private bool TryAppendEntry(RaftCore core, LogIndex index)
    {
        var isThere = core.Log.TryGet(index, out var entry);
        Invariant.Require(isThere);
        var status = _log.AppendEntry(core.Group, index, entry.Term, (byte)entry.Kind, entry.Payload.Span);
        if (status == LogAppendStatus.BatchFull)
        {
            Seal(_sealNow);
            status = _log.AppendEntry(core.Group, index, entry.Term, (byte)entry.Kind, entry.Payload.Span);
        }

        Invariant.Require(status != LogAppendStatus.TooLarge);
        _hasOpenRecords |= status == LogAppendStatus.Appended;
        return status == LogAppendStatus.Appended;
    }

    private bool TryAppendHardState(GroupId group, HardState hard) =>
        TryAppend(() => _log.AppendHardState(group, hard.Term, hard.Vote, hard.Commit));

    /// <summary>Appends a rare record; a full batch is sealed first.</summary>
    private bool TryAppend(Func<LogAppendStatus> append)
    {
        var status = append();
        if (status == LogAppendStatus.BatchFull)
        {
            Seal(_sealNow);
            status = append();
        }

        Invariant.Require(status != LogAppendStatus.TooLarge);
        _hasOpenRecords |= status == LogAppendStatus.Appended;
        return status == LogAppendStatus.Appended;
    }

    private MonoMs _sealNow;

    private void Seal(MonoMs now)
    {
        var batch = _log.Seal(now);
        Invariant.Require(batch is not null || !_hasOpenRecords);
        if (batch is null)
        {
            return;
        }

        _hasOpenRecords = false;
        _lastSealed = batch.Number;
        _sealed.Add(batch);
        foreach (var note in _unsealed)
        {
            _notes.Enqueue(note with { Batch = batch.Number });
        }

        _unsealed.Clear();
    }

    private void SealAll(MonoMs now, EngineOutput output)
    {
        _sealNow = now;
        Seal(now);
        if (_sealed.Count == 0 && now >= _log.NextDeadline && _log.TrySealIdleMarker(now, out var marker))
        {
            Invariant.Require(marker is not null);
            _lastSealed = marker.Number;
            _sealed.Add(marker);
        }

        output.Logs.AddRange(_sealed);
        _sealed.Clear();
    }

    private void TendLog(MonoMs now, EngineOutput output)
    {
        while (_log.TryTakePrepare(now, out var prepare))
        {
            output.Prepares.Add(prepare);
        }

        _log.TakeRewriteReads(RewriteReadsMax, output.RewriteReads);
    }

    private readonly record struct PersistNote(
        long Batch,
        GroupId Group,
        ReplicaId Replica,
        LogIndex LastIndex,
        Term LastTerm,
        Term Term,
        ReplicaId Vote);

    /// <summary>What a Ready wants written.</summary>
    private sealed class PendingRecords
    {
        public GroupSlot Slot { get; private set; } = null!;

        public LogIndex First { get; private set; }

        public LogIndex Next { get; set; }

        public LogIndex Last { get; private set; }

        public HardState HardState { get; private set; }

        public bool MustPersistHardState { get; set; }

        public bool HasWritten { get; set; }

        public List<RaftMessage> Messages { get; } = [];

        public void Begin(GroupSlot slot, RaftReady ready)
        {
            Slot = slot;
            First = ready.PersistFirst;
            Next = ready.PersistFirst;
            Last = ready.PersistLast;
            HardState = ready.HardState;
            MustPersistHardState = ready.MustPersistHardState;
            HasWritten = false;
        }
    }
}
