namespace TimeMachine.Core.Log;

public sealed partial class NodeLog
{
    private readonly List<LogLocation> _rewrites = [];
    private LogSegment? _victim;
    private int _readsOutstanding;

    /// <summary>The segment whose live facts are being written again, by slot; -1 for none.</summary>
    public int RecyclingSlot => _victim?.Slot ?? -1;

    private bool CanRecycleOldest
    {
        get
        {
            if (_segments.Count < 2 || _segments[0].End > _synced || _segments[0] == _current)
            {
                return false;
            }

            return IsHalfGarbage || LagBytesIn(_segments[0].Epoch) <= _options.UsableBytes / 4;
        }
    }

    /// <summary>
    /// Gives reads that recycling needs: entries behind their checkpoints. Read the bytes and answer each with
    /// <see cref="OnRewriteRead"/>, before a later <see cref="Seal"/>.
    /// </summary>
    /// <param name="countMax">The most reads to give.</param>
    /// <param name="into">Where they are added.</param>
    /// <returns>How many were added.</returns>
    public int TakeRewriteReads(int countMax, List<LogLocation> into)
    {
        var count = 0;
        while (count < countMax && _rewrites.Count > 0)
        {
            var location = _rewrites[^1];
            _rewrites.RemoveAt(_rewrites.Count - 1);
            if (IsLive(location))
            {
                into.Add(location);
                _readsOutstanding++;
                count++;
            }
        }

        return count;
    }

    /// <summary>The answer to a read of <see cref="TakeRewriteReads"/>: the entry goes into the open batch.</summary>
    /// <returns>False when the bytes do not verify: the group is damaged from now on and is to be ended.</returns>
    /// <exception cref="InvariantViolationException">No read is outstanding.</exception>
    public bool OnRewriteRead(in LogLocation location, ReadOnlyMemory<byte> bytes)
    {
        Invariant.Require(_readsOutstanding > 0);
        _readsOutstanding--;
        if (!IsLive(location))
        {
            return true;
        }

        var log = Find(location.Group);
        if (!LogRecordReader.TryRead(bytes, location, out var entry))
        {
            log.IsDamaged = true;
            return false;
        }

        var header = NewRecord(log, LogRecordKind.Entry) with
        {
            Index = entry.Index,
            Term = entry.Term,
            EntryKind = entry.Kind,
            Origin = LogRecordOrigin.Rewrite,
        };
        if (HasRoomBesideFacts(_open.PaddedBytesWith(entry.Payload.Length), EndBytesReserved)
            && TryAddNumbered(log, header, entry.Payload.Span) == LogAppendStatus.Appended)
        {
            log.Entries[entry.Index] = new EntrySpot(0, 0, location.Length);
        }
        else
        {
            _rewrites.Add(location);
        }

        return true;
    }

    private bool IsLive(in LogLocation location) =>
        _groups.TryGetValue(location.Group.Value, out var log)
        && !log.IsDamaged
        && log.Entries.Contains(location.Index)
        && log.Entries[location.Index] == new EntrySpot(location.Epoch, location.Offset, location.Length);

    // Returns whether the oldest epoch moved: that must be stated by a batch before the slot may be used again.
    private bool Recycle(MonoMs now)
    {
        if (_victim is null && IsRecyclingDue(now))
        {
            BeginRecycling(_segments[0]);
        }

        var isDone = _victim is not null && AddFactsOf(_victim) && _rewrites.Count == 0 && _readsOutstanding == 0;
        if (!isDone || !HasRoomFor(_open.PaddedBytes, RewriteSlotsReserved))
        {
            // Without room for the batch that states it, nothing is given back yet.
            return false;
        }

        _oldestEpoch = _segments[1].Epoch;
        _victim = null;
        return true;
    }

    private bool IsRecyclingDue(MonoMs now) =>
        NeedsFreeSlot
        && CanRecycleOldest
        && _oldestEpoch == _segments[0].Epoch
        && (IsPastRetention(now) || !CanAllocate);

    private bool IsPastRetention(MonoMs now)
    {
        var bytesBehind = (_segments.Count - 1) * (long)_options.SegmentBytes;
        return bytesBehind >= _options.RetainBytes || now - _segments[0].WrittenAt >= _options.RetainMs;
    }

    private void BeginRecycling(LogSegment victim)
    {
        _victim = victim;
        _rewrites.Clear();
        foreach (var log in _ordered)
        {
            if (!log.IsDamaged)
            {
                CollectRewrites(log, victim);
            }
        }
    }

    // What a checkpoint covers is let go, so no group pins the log; the rest is to be read and written again.
    private void CollectRewrites(GroupLog log, LogSegment victim)
    {
        var last = log.Entries.Last;
        var baseIndex = log.BaseIndex;
        for (var index = log.Entries.First; index <= last; index += 1)
        {
            var spot = log.Entries[index];
            if (spot.Epoch != victim.Epoch)
            {
                continue;
            }

            if (index <= log.Checkpoint)
            {
                baseIndex = index;
            }
            else
            {
                _rewrites.Add(
                    new LogLocation(log.Group, index, spot.Epoch, victim.Slot, spot.Offset, spot.Length));
            }
        }

        if (baseIndex > log.BaseIndex)
        {
            log.MoveBase(baseIndex);
        }
    }

    // Returns whether no live fact is left in the segment or below it.
    private bool AddFactsOf(LogSegment victim)
    {
        var bytesMax = _open.Length + _options.RewriteBytesMax;
        foreach (var log in _ordered)
        {
            if (_open.Length > bytesMax || !AddFactsOf(log, victim.Epoch))
            {
                return false;
            }
        }

        for (var at = 0; at < _dead.Count; at++)
        {
            if (_dead[at].Epoch <= victim.Epoch && (_open.Length > bytesMax || !AddDeadAgain(at)))
            {
                return false;
            }
        }

        return true;
    }

    private bool AddFactsOf(GroupLog log, uint epoch)
    {
        if (log.IsDamaged)
        {
            return log.DamagedEpoch > epoch || AddDamageMark(log);
        }

        if (log.StartEpoch <= epoch && !AddStartAgain(log))
        {
            return false;
        }

        return !log.HasHardState || log.HardStateEpoch > epoch || AddHardStateAgain(log);
    }

    private bool AddStartAgain(GroupLog log)
    {
        var status = AddStart(log, log.BaseIndex, log.BaseTerm, log.BaseConfiguration, LogRecordOrigin.Rewrite);
        log.StartEpoch = status == LogAppendStatus.Appended ? GroupLog.InOpenBatch : log.StartEpoch;
        return status == LogAppendStatus.Appended;
    }

    private bool AddHardStateAgain(GroupLog log)
    {
        var status = AddHardState(log, log.Term, log.Vote, log.Commit, LogRecordOrigin.Rewrite);
        log.HardStateEpoch = status == LogAppendStatus.Appended ? GroupLog.InOpenBatch : log.HardStateEpoch;
        return status == LogAppendStatus.Appended;
    }

    private bool AddDeadAgain(int at)
    {
        var dead = _dead[at];
        var header = new RecordHeader
        {
            Group = dead.Group,
            Replica = dead.Replica,
            Kind = LogRecordKind.GroupEnd,
            Origin = LogRecordOrigin.Rewrite,
        };
        var isAdded = TryAdd(header, [], RewriteSlotsReserved) == LogAppendStatus.Appended;
        _dead[at] = isAdded ? dead with { Epoch = GroupLog.InOpenBatch } : dead;
        return isAdded;
    }

    private void AddDamageMarks()
    {
        foreach (var log in _ordered)
        {
            if (log.IsDamaged && log.DamagedEpoch == 0 && !AddDamageMark(log))
            {
                return;
            }
        }
    }

    private bool AddDamageMark(GroupLog log)
    {
        var status = TryAddNumbered(log, NewRecord(log, LogRecordKind.Damaged), []);
        log.DamagedEpoch = status == LogAppendStatus.Appended ? GroupLog.InOpenBatch : log.DamagedEpoch;
        return status == LogAppendStatus.Appended;
    }

    // Only what a synced batch states to be unneeded may be overwritten.
    private void ReleaseBelow(uint oldestEpoch)
    {
        while (_segments[0].Epoch < oldestEpoch)
        {
            _slots.Release(_segments[0].Slot, _segments[0].IsWhole);
            _segments.RemoveAt(0);
        }
    }

    private long LagBytesIn(uint epoch)
    {
        var bytes = 0L;
        foreach (var log in _ordered)
        {
            for (var index = log.Checkpoint + 1; index <= log.Entries.Last; index += 1)
            {
                bytes += log.Entries[index].Epoch == epoch ? log.Entries[index].Length : 0;
            }
        }

        return bytes;
    }
}
