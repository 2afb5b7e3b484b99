namespace TimeMachine.Core.Log;

public sealed partial class NodeLog
{
    // Slots above the maximum, for a log that a crash left without any free one: it could not even recycle then.
    private const int SpareSlots = 4;

    // In the last slot: the end of a group without which less lives may end a full log, as a checkpoint may.
    private const int EndBytesReserved = LogFormat.BlockBytes;

    // Until one succeeds: a retry under way is no room, and must let no new work into what is kept for the rest.
    private bool _hasPrepareFailed;
    private MonoMs _prepareFailedAt;

    /// <summary>
    /// The bytes that can still be appended before the log is full: free and unallocated slots, and what recycling
    /// would give back. An estimate that grows when checkpoints move.
    /// </summary>
    public long FreeBytes
    {
        get
        {
            var unallocated = _hasPrepareFailed ? 0 : Math.Max(0, _options.SlotsMax - _slots.AllocatedCount);
            var slots = _slots.FreeCount + unallocated - OrdinarySlotsReserved;
            var rest = _current is null ? 0 : _options.SegmentBytes - _current.EndOffset;
            var reclaimable = Math.Max(0, Math.Min(ClosedBytes, LiveBytesMax) - TotalLagBytes);
            return Math.Max(0, (slots * (long)_options.UsableBytes) + rest + reclaimable);
        }
    }

    /// <summary>
    /// Whether new work is to be refused: fewer bytes are free than the reserve, or what is free cannot be had now.
    /// </summary>
    public bool IsAtReserve => FreeBytes < _options.ReserveBytes || IsFull;

    /// <summary>
    /// Whether no slot is free for ordinary records, none can be allocated and none recycled: storage_full. It ends
    /// when a checkpoint moves, a group is ended, or an allocation succeeds.
    /// </summary>
    public bool IsFull =>
        _slots.FreeCount <= OrdinarySlotsReserved
        && (_slots.Preparing < 0 || _hasPrepareFailed)
        && !CanAllocate
        && (_slots.FreeCount == 0 || (_victim is null && !CanRecycleOldest));

    /// <summary>The bytes of all groups' entries behind their checkpoints.</summary>
    public long TotalLagBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var log in _ordered)
            {
                bytes += log.IsDamaged ? 0 : log.LagBytes;
            }

            return bytes;
        }
    }

    // Moving live bytes round and round gains nothing: half of all the slots must hold garbage.
    private bool IsHalfGarbage => TotalLagBytes <= LiveBytesMax;

    private long LiveBytesMax
    {
        get
        {
            var allocated = _slots.AllocatedCount - (_slots.Preparing < 0 ? 0 : 1);
            var slots = _hasPrepareFailed ? allocated : Math.Max(_options.SlotsMax, allocated);
            return slots * (long)_options.UsableBytes / 2;
        }
    }

    private bool NeedsFreeSlot => _slots.FreeCount < _options.FreeSlots + OrdinarySlotsReserved;

    private bool CanAllocate => !_hasPrepareFailed && _slots.AllocatedCount < SlotsLimit;

    private int SlotsLimit => _slots.FreeCount == 0 ? _options.SlotsMax + SpareSlots : _options.SlotsMax;

    /// <summary>
    /// Gives a slot to be allocated in full, ahead of need; may be done beside the batches, by another thread. At
    /// start, call it until it gives none. Each is answered by <see cref="OnPrepared"/> before the next is given.
    /// </summary>
    public bool TryTakePrepare(MonoMs now, out LogOperation prepare)
    {
        prepare = default;
        var isTooSoon = _hasPrepareFailed && now - _prepareFailedAt < _options.PrepareRetryMs;
        var isOfNoUse = !NeedsFreeSlot || _slots.AllocatedCount >= SlotsLimit
            || (!_hasPrepareFailed && IsRecyclingEnough(now));
        if (_slots.Preparing >= 0 || isTooSoon || isOfNoUse)
        {
            return false;
        }

        prepare = new LogOperation(LogOperationKind.Prepare, _slots.BeginPrepare(), 0, default);
        return true;
    }

    /// <summary>The slot that was to be allocated is durable in full, or the disk had no room for it.</summary>
    /// <exception cref="InvariantViolationException">This slot was not asked for.</exception>
    public void OnPrepared(int slot, bool succeeded, MonoMs now)
    {
        _slots.EndPrepare(slot, succeeded);
        (_hasPrepareFailed, _prepareFailedAt) = (!succeeded, now);
    }

    // Free slots are kept for what must not wait: without a reserve a full log could neither recycle nor start again.
    // The last one takes the live facts of the oldest segment, and nothing else before all of them are in it.
    private bool HasRoomFor(int paddedBytes, int slotsReserved)
    {
        var isForRewritesOnly = _rewrites.Count > 0 || _readsOutstanding > 0;
        var slotsKept = isForRewritesOnly && slotsReserved > 0 ? slotsReserved + 1 : slotsReserved;
        if (_slots.FreeCount < slotsKept)
        {
            return false;
        }

        var fitsInCurrent = _current is not null && _current.EndOffset + paddedBytes <= _options.SegmentBytes;
        return fitsInCurrent || _slots.FreeCount > slotsReserved;
    }

    // What lives, ends of groups and idle markers fill the last slot at most so far that the other facts fit as well,
    // in the batch that states the segment done with: a checkpoint may make the rest of the entries void, and then they
    // are all that is left to write.
    private bool HasRoomBesideFacts(int paddedBytes, int bytesReserved) =>
        _slots.FreeCount > 0
        || _current is null
        || _options.SegmentBytes - _current.EndOffset >= paddedBytes + FactBytesMax + bytesReserved;

    // A checkpoint that moves a group's beginning makes it be written again.
    private int FactBytesMax
    {
        get
        {
            var oldest = _segments[0].Epoch;
            var bytes = LogFormat.BatchHeaderBytes + LogFormat.DirectoryTailBytes;
            foreach (var log in _ordered)
            {
                var hasStart = log.StartEpoch <= oldest || log.LagBytes > 0;
                bytes += hasStart ? LogFormat.RecordOverheadBytes + log.ConfigurationBytesMax : 0;
                var hasHardState = log.HasHardState && log.HardStateEpoch <= oldest;
                bytes += hasHardState ? LogFormat.RecordOverheadBytes + VoteBytes : 0;
            }

            foreach (var dead in _dead)
            {
                bytes += dead.Epoch <= oldest ? LogFormat.RecordOverheadBytes : 0;
            }

            var batchesMore = bytes / _options.RewriteBytesMax;
            return LogFormat.RoundToBlock(bytes + (batchesMore * LogFormat.BatchOverheadBytes));
        }
    }

    // One slot of the reserve may be missing while a segment of little that lives is recycled. Otherwise more are
    // allocated: what may be given back one day is no reserve, and only a try shows that the disk is full.
    private bool IsRecyclingEnough(MonoMs now) =>
        _slots.FreeCount >= _options.FreeSlots
        && TotalLagBytes <= ClosedBytes / 2
        && (_victim is not null || (CanRecycleOldest && IsPastRetention(now)));

    private long ClosedBytes => Math.Max(0, _segments.Count - 1) * (long)_options.UsableBytes;
}
