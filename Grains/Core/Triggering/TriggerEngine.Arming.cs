using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>Waiting jobs: from memory to their route's queue, each at its time.</content>
public sealed partial class TriggerEngine
{
    /// <summary>
    /// Clocks of different voters differ by a little; only more than this makes the wheel stand back.
    /// </summary>
    private const int StandBackMs = 50;

    private const int LeavingMs = 2_000;
    private const int NotNowMs = 50;
    private readonly PendingJobs _pending = new();
    private readonly TriggerWheel _wheel = new(default);
    private readonly List<int> _due = [];
    private int _windowMs;
    private int _queuedCount;

    /// <summary>Takes up a job that waits, unless it is known already or lies beyond what is kept in memory.</summary>
    private void Arm(LedGroup group, in DueJob job)
    {
        if (!Supersede(group, job) || !group.Window.Covers(job.Due, job.Key))
        {
            return;
        }

        MakeRoom();
        if (_pending.Count >= _options.ArmedMax)
        {
            LetGo(group, job.Due, job.Key);
            return;
        }

        AddPending(group, job, inBacklog: false);
    }

    /// <summary>Takes an older version out of memory.</summary>
    /// <returns>False if the very same is there, or a newer version.</returns>
    private bool Supersede(LedGroup group, in DueJob job)
    {
        if (!_pending.TryFind(group, job.Key, out var id))
        {
            return true;
        }

        ref var known = ref _pending[id];
        var isSame = known.Version == job.Version && known.Due == job.Due && known.Supersedes == CommandNumber.None;
        if (isSame || known.Version > job.Version)
        {
            return false;
        }

        RemovePending(id);
        return true;
    }

    private int AddPending(LedGroup group, in DueJob job, bool inBacklog)
    {
        var queue = QueueOf(job.Route);
        var id = _pending.Add(group, job, queue);
        queue.PendingCount++;
        _pending[id].InBacklog = inBacklog;
        _wheel.Arm(id, TakeUpTime(job.Due));
        return id;
    }

    /// <summary>
    /// A little before the due time, in steps, so that jobs of neighbouring milliseconds share an entry.
    /// </summary>
    private UnixMs TakeUpTime(UnixMs due)
    {
        var stepMs = _options.ClaimStepMs;
        var earliest = due.Value - _options.ClaimLeadMs + stepMs - 1;
        return new UnixMs(earliest - (((earliest % stepMs) + stepMs) % stepMs));
    }

    private void RemovePending(int id)
    {
        Dequeue(id);
        _wheel.Cancel(id);
        _pending[id].Queue.PendingCount--;
        _pending.Remove(id);
    }

    private void DropPending(LedGroup group)
    {
        while (group.FirstPending != PendingJobs.None)
        {
            RemovePending(group.FirstPending);
        }
    }

    /// <summary>The wheel follows the most advanced of the groups' due clocks, never the wall clock.</summary>
    private void TurnWheel()
    {
        if (!TryGetWheelTime(out var time))
        {
            return;
        }

        if (_wheel.Now - time > StandBackMs || _wheel.Now == default)
        {
            _wheel.MoveTo(time);
        }

        _due.Clear();
        _wheel.Advance(time, _due);
        foreach (var id in _due)
        {
            TakeUp(id);
        }
    }

    private bool TryGetWheelTime(out UnixMs time)
    {
        time = default;
        foreach (var view in _clocks)
        {
            time = view.IsValid && view.Now > time ? view.Now : time;
        }

        return time != default;
    }

    private void TakeUp(int id)
    {
        ref var job = ref _pending[id];
        var waitMs = WaitMs(job);
        if (waitMs > 0)
        {
            _wheel.Arm(id, _wheel.Now + waitMs);
        }
        else
        {
            Enqueue(id);
        }
    }

    /// <summary>How long until the job may be claimed by its own group's clock, in ms; 0 if it may be now.</summary>
    private long WaitMs(in PendingJob job)
    {
        if (!job.Group.Clock.IsValid || job.Group.IsHeldBack(job.Queue))
        {
            return NotNowMs;
        }

        var untilDueMs = job.Due - _options.ClaimLeadMs - job.Group.Clock.Now;
        var heldMs = job.Group.HeldUntil is { } until ? Math.Max(1, until - _now) : 0;
        return Math.Max(heldMs, untilDueMs);
    }

    private void Enqueue(int id)
    {
        ref var job = ref _pending[id];
        job.IsQueued = true;
        job.QueuedAt = _now;
        job.Queue.Jobs.Add(new QueuedJob(job.Due, job.Order, id));
        _queuedCount++;
        if (job.Queue.RetryAt is null)
        {
            Activate(job.Queue);
        }
    }

    private void Dequeue(int id)
    {
        ref var job = ref _pending[id];
        if (job.IsQueued)
        {
            job.Queue.Jobs.Remove(new QueuedJob(job.Due, job.Order, id));
            job.IsQueued = false;
            _queuedCount--;
        }
    }

    /// <summary>Takes a job out of its queue and looks at it again later, if nothing is heard of it before.</summary>
    private void Postpone(int id, long delayMs)
    {
        Dequeue(id);
        _wheel.Arm(id, _wheel.Now + delayMs);
    }

    /// <summary>At the limit the window is halved and what lies beyond is left to the cursors.</summary>
    private void MakeRoom()
    {
        if (_pending.Count < _options.ArmedMax || _windowMs <= _options.WindowMinMs)
        {
            return;
        }

        _windowMs = Math.Max(_windowMs / 2, _options.WindowMinMs);
        Counters.WindowHalved++;
        for (var id = 0; id < _pending.IdCount; id++)
        {
            ref var job = ref _pending[id];
            var isFar = job.Group is not null && job.Due > _wheel.Now + _windowMs;
            if (isFar && !job.IsQueued && job.Supersedes == CommandNumber.None)
            {
                LetGo(job.Group!, job.Due, job.Key);
                RemovePending(id);
            }
        }
    }

    /// <summary>Leaves a job on disk: the cursor reads it again.</summary>
    private static void LetGo(LedGroup group, UnixMs due, JobKey key)
    {
        group.Sweep.HasForgotten = true;
        group.Window.Lower(due, key);
    }

    private MonoMs NextWheelTurn()
    {
        if (!_wheel.TryGetNext(out var next))
        {
            return new MonoMs(long.MaxValue);
        }

        return TryGetWheelTime(out var time) ? _now + Math.Max(0, next - time) : _now + NotNowMs;
    }
}
