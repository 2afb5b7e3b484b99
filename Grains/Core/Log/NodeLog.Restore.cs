namespace TimeMachine.Core.Log;

public sealed partial class NodeLog
{
    internal void Restore(in RestorePoint point, RecoveryReplay replay)
    {
        var plan = point.Plan;
        _lastEpoch = point.HighestEpoch;
        _oldestEpoch = plan.OldestEpoch;
        _tail = _synced = plan.Tail;
        SealedBatch = SyncedBatch = plan.LastBatch;
        _lastSealedAt = point.Now;
        RestoreSegments(point);
        foreach (var group in replay.Groups)
        {
            Add(group.ToLog());
        }

        foreach (var dead in replay.Dead)
        {
            AddDead(dead);
        }

        // Nothing states yet that the recovered tail is synced: the first marker, or any batch, does.
        _isMarkerWanted = _segments.Count > 0;
    }

    private void RestoreSegments(in RestorePoint point)
    {
        var used = new HashSet<int>();
        foreach (var found in point.Plan.Segments)
        {
            used.Add(found.Slot);
            _segments.Add(new LogSegment(found.Slot, found.Epoch, found.Previous)
            {
                EndOffset = found.Epoch == _tail.Epoch ? _tail.Offset : found.Limit,
                WrittenAt = point.Now,
                IsWhole = found.IsWhole,
            });
            _slots.AddFound(found.Slot, isInUse: true);
        }

        foreach (var image in point.Images)
        {
            if (image.Bytes.Length >= _options.SegmentBytes && !used.Contains(image.Slot))
            {
                _slots.AddFound(image.Slot, isInUse: false);
            }
        }
    }
}
