using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TimeMachine.Core.Log;

/// <summary>Puts one group together from its records, in the order of the log.</summary>
/// <param name="group">The group.</param>
internal sealed class GroupRecovery(GroupId group)
{
    private readonly List<StoredEntry> _appended = [];
    private readonly Dictionary<long, StoredEntry> _rewritten = [];
    private ulong _lastSequence;
    private long _order;
    private bool _isSuspect;
    private bool _isDamaged;
    private bool _hasStart;
    private bool _hasHardState;
    private uint _startEpoch;
    private uint _hardStateEpoch;
    private uint _damagedEpoch;
    private LogIndex _last;

    /// <summary>The replica that the records name last.</summary>
    public ReplicaId Replica { get; private set; }

    private RecoveredGroup Facts { get; set; } = new(group, ReplicaId.None, GroupStatus.Ok);

    /// <summary>A synced record of the group is lost: only a new replica heals that.</summary>
    public void MarkDamaged() => _isDamaged = true;

    /// <summary>
    /// Records of unknown groups are lost: until its next record proves that none was its, it may be hit.
    /// </summary>
    public void MarkSuspect() => _isSuspect = true;

    /// <summary>Takes a record of the group whose header verifies; not a GroupEnd.</summary>
    public void Take(in FoundRecord record, FoundSegment segment)
    {
        var header = record.Header;
        if (header.Kind == LogRecordKind.GroupStart && header.Origin == LogRecordOrigin.New)
        {
            Begin(header);
        }

        CheckContinuity(header);
        _order++;
        var payload = segment.Bytes.Slice(record.Offset + LogFormat.RecordHeaderBytes, header.PayloadLength);
        if (header.Kind == LogRecordKind.Entry)
        {
            TakeEntry(record, payload);
        }
        else if (!record.IsPayloadGood)
        {
            MarkDamaged();
        }
        else
        {
            TakeFact(header, payload);
        }
    }

    /// <summary>The group as it is to be reported.</summary>
    public RecoveredGroup Finish()
    {
        var entries = new List<LogEntry>();
        _isDamaged |= _isSuspect;
        _isDamaged |= !_hasStart || !TryCollect(entries);
        if (_isDamaged)
        {
            return new RecoveredGroup(group, Replica, GroupStatus.Damaged);
        }

        return new RecoveredGroup(group, Replica, GroupStatus.Ok)
        {
            Term = Facts.Term,
            Vote = Facts.Vote,
            Commit = Facts.Commit,
            BaseIndex = Facts.BaseIndex,
            BaseTerm = Facts.BaseTerm,
            BaseConfiguration = Facts.BaseConfiguration,
            Entries = entries,
        };
    }

    /// <summary>The group as the log goes on with it; after <see cref="Finish"/>.</summary>
    public GroupLog ToLog()
    {
        var log = new GroupLog(group, Replica) { NextSequence = _lastSequence + 1 };
        if (_isDamaged)
        {
            (log.IsDamaged, log.DamagedEpoch) = (true, _damagedEpoch);
            return log;
        }

        log.Restart(Facts.BaseIndex, Facts.BaseTerm, Facts.BaseConfiguration.Span);
        log.StartEpoch = _startEpoch;
        if (_hasHardState)
        {
            log.SetHardState(Facts.Term, Facts.Vote, Facts.Commit);
            log.HardStateEpoch = _hardStateEpoch;
        }

        for (var index = Facts.BaseIndex + 1; index <= _last; index += 1)
        {
            TryFind(index, out var stored);
            log.Append(index, stored.Entry.Term, stored.Spot);
            if (stored.Entry.Kind == LogFormat.ConfigurationEntryKind)
            {
                log.AddConfiguration(index, stored.Entry.Payload.Span);
            }
        }

        return log;
    }

    // A birth makes everything before it meaningless, damage too.
    private void Begin(in RecordHeader header)
    {
        (_isDamaged, _isSuspect, _hasStart, _hasHardState) = (false, false, false, false);
        (_startEpoch, _hardStateEpoch, _damagedEpoch) = (0, 0, 0);
        (Replica, _lastSequence) = (header.Replica, header.Sequence - 1);
        Facts = new RecoveredGroup(group, header.Replica, GroupStatus.Ok);
        Clear();
    }

    private void Clear()
    {
        _appended.Clear();
        _rewritten.Clear();
        _last = default;
    }

    private void CheckContinuity(in RecordHeader header)
    {
        var isFirst = Replica == ReplicaId.None;
        var isNext = header.Replica == Replica && header.Sequence == _lastSequence + 1;
        _isDamaged |= !isFirst && !isNext;
        _isSuspect &= !isNext;
        (Replica, _lastSequence) = (header.Replica, header.Sequence);
    }

    private void TakeFact(in RecordHeader header, ReadOnlyMemory<byte> payload)
    {
        switch (header.Kind)
        {
            case LogRecordKind.HardState:
                TakeHardState(header, payload.Span);
                break;
            case LogRecordKind.GroupStart:
                TakeStart(header, payload);
                break;
            case LogRecordKind.Damaged:
                MarkDamaged();
                _damagedEpoch = header.Epoch;
                break;
            default:
                Invariant.Fail("entries and ends are taken elsewhere");
                break;
        }
    }

    private void TakeHardState(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(payload, out var vote))
        {
            MarkDamaged();
            return;
        }

        (Facts.Term, Facts.Vote, Facts.Commit) = (header.Term, new ReplicaId(vote), header.Index);
        (_hasHardState, _hardStateEpoch) = (true, header.Epoch);
    }

    private void TakeStart(in RecordHeader header, ReadOnlyMemory<byte> configuration)
    {
        if (header.Origin == LogRecordOrigin.Restart)
        {
            Clear();
        }

        (Facts.BaseIndex, Facts.BaseTerm, Facts.BaseConfiguration) = (header.Index, header.Term, configuration);
        (_hasStart, _startEpoch) = (true, header.Epoch);
        _last = _last < header.Index ? header.Index : _last;
    }

    private void TakeEntry(in FoundRecord record, ReadOnlyMemory<byte> payload)
    {
        var header = record.Header;
        var stored = new StoredEntry
        {
            Entry = new LogEntry(header.Index, header.Term, header.EntryKind, payload),
            Spot = new EntrySpot(header.Epoch, record.Offset, LogFormat.RecordHeaderBytes + header.PayloadLength),
            Order = _order,
            IsGood = record.IsPayloadGood,
        };
        if (header.Origin == LogRecordOrigin.Rewrite)
        {
            _rewritten[header.Index.Value] = stored;
            _last = _last < header.Index ? header.Index : _last;
            return;
        }

        TruncateFrom(header.Index);
        _appended.Add(stored);
        _last = header.Index;
    }

    // An entry at a lower index replaces all from there on (Raft paper 5.3).
    private void TruncateFrom(LogIndex index)
    {
        if (_appended.Count == 0)
        {
            return;
        }

        var kept = index - _appended[0].Entry.Index;
        _isDamaged |= kept > _appended.Count;
        CollectionsMarshal.SetCount(_appended, (int)Math.Clamp(kept, 0, _appended.Count));
    }

    private bool TryCollect(List<LogEntry> into)
    {
        var count = _last - Facts.BaseIndex;
        if (count > _appended.Count + (long)_rewritten.Count)
        {
            return false;
        }

        into.Capacity = (int)Math.Max(0, count);

        for (var index = Facts.BaseIndex + 1; index <= _last; index += 1)
        {
            if (!TryFind(index, out var stored) || !stored.IsGood)
            {
                return false;
            }

            into.Add(stored.Entry);
        }

        return true;
    }

    // Of an appended and a rewritten copy the later one in the log counts.
    private bool TryFind(LogIndex index, out StoredEntry stored)
    {
        var isRewritten = _rewritten.TryGetValue(index.Value, out stored);
        var at = _appended.Count == 0 ? -1 : index - _appended[0].Entry.Index;
        if (at < 0 || at >= _appended.Count)
        {
            return isRewritten;
        }

        var appended = _appended[(int)at];
        stored = isRewritten && stored.Order > appended.Order ? stored : appended;
        return true;
    }

    private readonly record struct StoredEntry
    {
        public LogEntry Entry { get; init; }

        public EntrySpot Spot { get; init; }

        public long Order { get; init; }

        public bool IsGood { get; init; }
    }
}
