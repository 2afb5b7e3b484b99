using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>
/// Backlogs: due jobs of a route that may not send leave the due index, so that no scan of the others meets them and
/// the
/// floor of due rows can move. They come back in due order once the route can send.
/// </content>
public sealed partial class TriggerEngine
{
    private readonly Dictionary<long, (RouteQueue Queue, GroupBacklog Backlog)> _backlogScans = [];
    private readonly List<int> _leaving = [];

    /// <summary>A job is filed under its route now.</summary>
    private void OnFiled(LedGroup group, in DueJob job)
    {
        if (_pending.TryFind(group, job.Key, out var id))
        {
            if (_pending[id].InBacklog && _pending[id].Version == job.Version)
            {
                return;
            }

            RemovePending(id);
        }

        AddBacklog(QueueOf(job.Route), group, new DuePosition(job.Due, job.Key));
    }

    private void AddBacklog(RouteQueue queue, LedGroup group, DuePosition place)
    {
        var backlog = queue.FindBacklog(group);
        if (backlog is null)
        {
            queue.Backlogs.Add(new GroupBacklog(group, place));
        }
        else if (backlog.HasMore || backlog.Cursor.ScanId != 0)
        {
            backlog.Cursor.Lower(place.Due, place.Key);
        }
        else
        {
            backlog.Cursor.EndScan(place);
            backlog.HasMore = true;
        }

        if (queue.RetryAt is null)
        {
            Activate(queue);
        }
    }

    private void ActivateBacklogs(LedGroup group)
    {
        foreach (var queue in _queueList)
        {
            if (queue.FindBacklog(group) is not null)
            {
                Activate(queue);
            }
        }
    }

    private void DropBacklogs(LedGroup group)
    {
        foreach (var queue in _queueList)
        {
            if (queue.FindBacklog(group) is { } backlog)
            {
                _backlogScans.Remove(backlog.Cursor.ScanId);
                queue.Backlogs.Remove(backlog);
            }
        }
    }

    /// <summary>
    /// Older jobs that are filed go before younger ones in memory. Without room in memory, memory goes first.
    /// </summary>
    private bool MustReadBacklog(RouteQueue queue)
    {
        if (queue.Backlogs.Count == 0 || queue.OldestUnread() is not { } oldest)
        {
            return false;
        }

        var isOlder = queue.Jobs.Count == 0 || oldest < queue.Jobs.Min.Due;
        return isOlder && (queue.Jobs.Count == 0 || _pending.Count < _options.ArmedMax);
    }

    /// <summary>
    /// Asks for the oldest of what every group has filed, if the route can send; comes back when it is there.
    /// </summary>
    private void ReadBacklogs(RouteQueue queue)
    {
        var admission = LookForBacklog(queue);
        if (admission is not (Admission.Admitted or Admission.Gone))
        {
            var isLimit = admission == Admission.NoSlot;
            OnBlocked(queue, isLimit ? _options.SlotRetryMs : _options.BlockedRetryMs);
            return;
        }

        queue.BlockedSince = null;
        Deactivate(queue, _options.BlockedRetryMs);
        foreach (var backlog in queue.Backlogs)
        {
            if (backlog.Cursor.ScanId != 0 && _now - backlog.Cursor.ScanSince >= _options.ScanLostMs)
            {
                _backlogScans.Remove(backlog.Cursor.ScanId);
                backlog.Cursor.GiveUpScan();
                EndScan(backlog.Group);
            }

            var isOpen = backlog.HasMore && backlog.Group.MayClaim(queue);
            if (isOpen && backlog.Cursor.ScanId == 0)
            {
                ReadBacklog(queue, backlog);
            }
        }
    }

    private void ReadBacklog(RouteQueue queue, GroupBacklog backlog)
    {
        var cursor = backlog.Cursor;
        cursor.BeginScan(++_ids, default, _now);
        _backlogScans.Add(cursor.ScanId, (queue, backlog));
        Scan(backlog.Group, new ScanRequest(
            backlog.Group.Id,
            cursor.ScanId,
            ScanKind.Backlog,
            queue.Key,
            cursor.Position,
            default,
            _options.BacklogRows));
    }

    private void OnBacklogScanned(RouteQueue queue, GroupBacklog backlog, in ScanAnswer answer)
    {
        var next = answer.Next;
        var isComplete = answer.IsComplete;
        foreach (var job in answer.Jobs)
        {
            if (_pending.Count >= _options.ArmedMax)
            {
                next = new DuePosition(job.Due, job.Key);
                isComplete = false;
                break;
            }

            if (!IsKnown(backlog.Group, job) && Supersede(backlog.Group, job))
            {
                AddPending(backlog.Group, job, inBacklog: true);
            }
        }

        backlog.HasMore = !isComplete || backlog.Cursor.IsLowered;
        backlog.Cursor.EndScan(isComplete ? new DuePosition(new UnixMs(long.MaxValue), default) : next);
        Activate(queue);
    }

    /// <summary>Whether a job of the route's backlog could be claimed, or ended, if it were in memory.</summary>
    private Admission LookForBacklog(RouteQueue queue)
    {
        var longAgo = _now - _options.RouteGoneMs;
        var admission = Look(queue, longAgo, out var route);
        if (admission != Admission.Admitted || !route.IsLimited)
        {
            return admission;
        }

        _gate.Expect(route, _now);
        return _gate.HasCapacity(queue.Key, _now) ? Admission.Admitted : Admission.NoSlot;
    }

    /// <summary>
    /// Files the due jobs of a route that could not send for long, and its tail when memory is short.
    /// </summary>
    /// <returns>Whether this turn's share was not enough.</returns>
    private bool FileAway(RouteQueue queue)
    {
        var keep = CountToKeep(queue);
        if (queue.Jobs.Count <= keep || !_routes.TryGet(queue.Key, out _))
        {
            return false;
        }

        _leaving.Clear();
        foreach (var queued in queue.Jobs.Reverse())
        {
            var isDone = _leaving.Count >= _maintenanceLeft || _leaving.Count >= queue.Jobs.Count - keep;
            if (isDone)
            {
                break;
            }

            if (_pending[queued.Id].Supersedes == CommandNumber.None)
            {
                _leaving.Add(queued.Id);
            }
        }

        _maintenanceLeft -= _leaving.Count;
        _leaving.ForEach(FileAway);
        return _leaving.Count > 0 && queue.Jobs.Count > keep;
    }

    private int CountToKeep(RouteQueue queue)
    {
        if (_now - (queue.BlockedSince ?? _now) >= _options.RefileAfterMs)
        {
            return 0;
        }

        var isShort = _queuedCount > _options.QueuedMax || _pending.Count > _options.ArmedMax / 2;
        var isSlow = queue.Jobs.Count > 0 && _now - _pending[queue.Jobs.Min.Id].QueuedAt >= _options.RefileAfterMs;
        return isShort && isSlow ? _options.RouteQueueKeep : int.MaxValue;
    }

    private void FileAway(int id)
    {
        ref var job = ref _pending[id];
        if (job.InBacklog)
        {
            var (queue, group, place) = (job.Queue, job.Group, new DuePosition(job.Due, job.Key));
            RemovePending(id);
            AddBacklog(queue, group, place);
            return;
        }

        Counters.JobsRefiled++;
        Post(job.Group, new JobCommand
        {
            Kind = JobCommandKind.Refile,
            Time = job.Group.Clock.Now,
            Key = job.Key,
            Version = job.Version,
            Flag = true,
        });
        Postpone(id, LeavingMs);
    }
}
