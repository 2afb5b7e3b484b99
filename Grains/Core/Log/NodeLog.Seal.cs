namespace TimeMachine.Core.Log;

public sealed partial class NodeLog
{
    /// <summary>When an idle marker is due; <see cref="long.MaxValue"/> when none is.</summary>
    public MonoMs NextDeadline => IsMarkerPossible ? _lastSealedAt + _options.IdleMarkerMs : new MonoMs(long.MaxValue);

    /// <remarks>A full log has no room for one: it is not due, or the node would turn for it without end.</remarks>
    private bool IsMarkerPossible => _isMarkerWanted && _inFlight.Count == 0 && _open.RecordCount == 0
        && HasRoomBesideFacts(_open.PaddedBytes, EndBytesReserved)
        && HasRoomFor(_open.PaddedBytes, RewriteSlotsReserved);

    /// <summary>
    /// Closes the open batch and places it. Call it every turn, also with nothing appended: recycling rides along.
    /// </summary>
    /// <returns>What to write and sync, in order of the batches; null when there is nothing to write.</returns>
    public LogBatch? Seal(MonoMs now)
    {
        AddDamageMarks();
        var isOldestMoved = Recycle(now);
        if (_open.RecordCount == 0 && !isOldestMoved)
        {
            return null;
        }

        _isMarkerWanted = true;
        return SealOpen(now);
    }

    /// <summary>
    /// Seals a batch without records once the log is idle, so that the last batch is stated to be synced: damage in it
    /// shows then. One for each idle spell; none follows a marker.
    /// </summary>
    /// <returns>Whether there is one to be written and synced like any batch.</returns>
    public bool TrySealIdleMarker(MonoMs now, out LogBatch? batch)
    {
        batch = null;
        if (now < NextDeadline)
        {
            return false;
        }

        _isMarkerWanted = false;
        batch = SealOpen(now);
        return true;
    }

    /// <summary>All batches up to this one are durable. Their bytes are reused from now on.</summary>
    /// <exception cref="InvariantViolationException">That batch was not sealed.</exception>
    public void OnSynced(long batch, MonoMs now)
    {
        Invariant.Require(batch <= SealedBatch);
        while (_inFlight.TryPeek(out var first) && first.Number <= batch)
        {
            _inFlight.Dequeue();
            (_synced, SyncedBatch) = (first.End, first.Number);
            ReleaseBelow(first.OldestEpoch);
            first.Clear();
            _pool.Push(first);
        }

        _lastSealedAt = _lastSealedAt < now ? now : _lastSealedAt;
    }

    private LogBatch SealOpen(MonoMs now)
    {
        var batch = _open;
        var paddedBytes = batch.PaddedBytes;
        var isNewSegment = _current is null || _current.EndOffset + paddedBytes > _options.SegmentBytes;
        var segment = isNewSegment ? Roll() : _current!;
        batch.Slot = segment.Slot;
        batch.Number = SealedBatch + 1;
        if (isNewSegment)
        {
            batch.AddSegmentHeader(HeaderOf(segment));
        }

        Build(batch, segment);
        batch.AddWrite(segment.EndOffset);
        segment.EndOffset += paddedBytes;
        segment.WrittenAt = now;
        batch.End = _tail = segment.End;
        SealedBatch = batch.Number;
        _lastSealedAt = now;
        _inFlight.Enqueue(batch);
        _open = _pool.TryPop(out var pooled) ? pooled : new LogBatch();
        return batch;
    }

    // A new epoch for each segment: what an earlier life of the slot left behind never verifies under it.
    private LogSegment Roll()
    {
        _lastEpoch++;
        _current = new LogSegment(_slots.TakeFree(), _lastEpoch, _tail);
        _segments.Add(_current);
        _oldestEpoch = _oldestEpoch == 0 ? _current.Epoch : _oldestEpoch;
        return _current;
    }

    private SegmentHeader HeaderOf(LogSegment segment) => new()
    {
        Version = LogFormat.Version,
        LogId = _options.LogId,
        Epoch = segment.Epoch,
        Slot = segment.Slot,
        SegmentBytes = _options.SegmentBytes,
        Previous = segment.Previous,
    };

    private void Build(LogBatch batch, LogSegment segment)
    {
        batch.OldestEpoch = _oldestEpoch;
        var paddedBytes = batch.PaddedBytes;
        batch.EnsureCapacity(paddedBytes);
        var bytes = batch.Bytes[..paddedBytes];
        bytes[batch.Length..].Clear();
        FinishRecords(bytes[..batch.Length], bytes[batch.Length..], segment);
        BatchDirectory.WriteTail(bytes[batch.Length..], batch.RecordCount, segment.Epoch);
        new BatchHeader
        {
            Epoch = segment.Epoch,
            LogId = _options.LogId,
            Number = batch.Number,
            Slot = segment.Slot,
            Bytes = batch.Length + (int)BatchDirectory.BytesFor(batch.RecordCount),
            RecordCount = batch.RecordCount,
            Synced = _synced,
            Previous = segment.Previous,
            OldestEpoch = batch.OldestEpoch,
        }.Write(bytes);
    }

    private void FinishRecords(Span<byte> records, Span<byte> directory, LogSegment segment)
    {
        var number = 0;
        for (var at = LogFormat.BatchHeaderBytes; at < records.Length; number++)
        {
            var header = RecordHeader.Parse(records[at..]);
            RecordHeader.Finish(records[at..], header.PayloadLength, segment.Epoch);
            BatchDirectory.WriteEntry(directory, number, header.PayloadLength, header.Group);
            Place(header, new LogPosition(segment.Epoch, segment.EndOffset + at));
            at += header.PaddedBytes;
        }
    }

    // In the order of the records, so that the last word on an index counts; what was truncated since is passed over.
    private void Place(in RecordHeader header, LogPosition position)
    {
        if (header.Kind == LogRecordKind.GroupEnd)
        {
            PlaceDead(header.Replica, position.Epoch);
            return;
        }

        if (!_groups.TryGetValue(header.Group.Value, out var log) || log.Replica != header.Replica)
        {
            return;
        }

        switch (header.Kind)
        {
            case LogRecordKind.Entry:
                PlaceEntry(log, header, position);
                break;
            case LogRecordKind.HardState:
                log.HardStateEpoch = position.Epoch;
                break;
            case LogRecordKind.GroupStart:
                log.StartEpoch = log.BaseIndex == header.Index ? position.Epoch : log.StartEpoch;
                break;
            case LogRecordKind.Damaged:
                log.DamagedEpoch = position.Epoch;
                break;
            default:
                Invariant.Fail("a GroupEnd has no live replica");
                break;
        }
    }

    private static void PlaceEntry(GroupLog log, in RecordHeader header, LogPosition position)
    {
        if (log.Entries.Contains(header.Index))
        {
            var length = LogFormat.RecordHeaderBytes + header.PayloadLength;
            log.Entries[header.Index] = new EntrySpot(position.Epoch, position.Offset, length);
        }
    }

    private void PlaceDead(ReplicaId replica, uint epoch)
    {
        for (var at = _dead.Count - 1; at >= 0; at--)
        {
            if (_dead[at].Replica == replica)
            {
                _dead[at] = _dead[at] with { Epoch = epoch };
                return;
            }
        }
    }
}
