using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <summary>Why a job may, or may not, be claimed now.</summary>
internal enum Admission : byte
{
    /// <summary>A slot is taken for it.</summary>
    Admitted = 1,

    /// <summary>The route is in no confirmed table.</summary>
    Gone = 2,

    /// <summary>The node's claims are used up as far as this route may use them: others need the rest.</summary>
    Crowded = 3,

    /// <summary>The route is paused, unknown here, or its breaker is open.</summary>
    Blocked = 4,

    /// <summary>The route's own limit is used up.</summary>
    NoSlot = 5,
}

/// <content>Admission before claim: a due job is claimed only when its route can send it now.</content>
public sealed partial class TriggerEngine
{
    private readonly CircuitBreakerOptions _breakerOptions = new();
    private readonly Dictionary<RouteKey, RouteQueue> _queues = [];
    private readonly List<RouteQueue> _queueList = [];
    private readonly List<RouteQueue> _active = [];
    private readonly PriorityQueue<RouteQueue, (long At, long Order)> _blocked = new();
    private int _maintenanceLeft;
    private int _firstTurn;

    /// <summary>The route table changed: every route is looked at again.</summary>
    public void OnRoutesChanged(MonoMs now)
    {
        Take(now);
        _queueList.RemoveAll(IsForgettable);
        foreach (var queue in _queueList)
        {
            Activate(queue);
        }
    }

    private bool IsForgettable(RouteQueue queue)
    {
        var isUsed = queue.Jobs.Count > 0 || queue.Backlogs.Count > 0 || queue.ClaimCount > 0 || queue.PendingCount > 0;
        if (isUsed || queue.IsActive || _routes.TryGet(queue.Key, out _))
        {
            return false;
        }

        queue.RetryAt = null;
        return _queues.Remove(queue.Key);
    }

    private RouteQueue QueueOf(RouteKey route)
    {
        if (!_queues.TryGetValue(route, out var queue))
        {
            queue = new RouteQueue(route, _breakerOptions);
            _queues.Add(route, queue);
            _queueList.Add(queue);
        }

        return queue;
    }

    private void Activate(RouteQueue queue)
    {
        queue.RetryAt = null;
        if (!queue.IsActive)
        {
            queue.IsActive = true;
            _active.Add(queue);
        }
    }

    private void Deactivate(RouteQueue queue, int retryMs)
    {
        queue.IsActive = false;
        queue.RetryAt = _now + retryMs;
        _blocked.Enqueue(queue, (queue.RetryAt.Value.Value, _ids++));
    }

    private void UnblockDue()
    {
        while (_blocked.TryPeek(out var queue, out var due) && due.At <= _now.Value)
        {
            _blocked.Dequeue();
            if (queue.RetryAt is { } retryAt && retryAt.Value == due.At)
            {
                Activate(queue);
            }
        }
    }

    /// <summary>Routes take turns, so that a long queue does not keep the others waiting.</summary>
    private void AdmitAll()
    {
        if (!_gate.IsConfirmed(_now))
        {
            return;
        }

        UnblockDue();
        bool hasProgress;
        do
        {
            hasProgress = false;
            for (var i = 0; i < _active.Count; i++)
            {
                var queue = _active[(i + _firstTurn) % _active.Count];
                hasProgress |= queue.IsActive && AdmitSome(queue);
            }
        }
        while (hasProgress);

        _active.RemoveAll(static queue => !queue.IsActive);
        _firstTurn = _active.Count == 0 ? 0 : (_firstTurn + 1) % _active.Count;
    }

    /// <summary>Gives one route its turn.</summary>
    /// <returns>Whether it should have another one now.</returns>
    private bool AdmitSome(RouteQueue queue)
    {
        for (var turns = 0; turns < _options.RouteQuantum; turns++)
        {
            if (MustReadBacklog(queue))
            {
                ReadBacklogs(queue);
                return false;
            }

            if (queue.Jobs.Count == 0)
            {
                queue.IsActive = false;
                return false;
            }

            if (!TryMove(queue, queue.Jobs.Min.Id))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Does with the first job of a route what can be done.</summary>
    /// <returns>False if it stays where it is.</returns>
    private bool TryMove(RouteQueue queue, int id)
    {
        ref var job = ref _pending[id];
        var waitMs = WaitMs(job);
        if (waitMs > 0)
        {
            Postpone(id, waitMs);
            return true;
        }

        if (job.ExpiresAt != default && job.Group.Clock.Now > job.ExpiresAt)
        {
            return TryEnd(id, JobCommandKind.Expire);
        }

        switch (Admit(queue, job.QueuedAt, out var route))
        {
            case Admission.Admitted:
                queue.BlockedSince = null;
                ProposeClaim(id, route);
                return true;
            case Admission.Gone:
                return TryEnd(id, JobCommandKind.RouteGone);
            case Admission.Crowded:
                queue.BlockedSince ??= _now;
                FileAway(queue);
                return false;
            case Admission.NoSlot:
                OnBlocked(queue, _options.SlotRetryMs);
                return false;
            case Admission.Blocked:
                OnBlocked(queue, _options.BlockedRetryMs);
                return false;
            default:
                Invariant.Fail("unknown admission");
                return false;
        }
    }

    private void OnBlocked(RouteQueue queue, int retryMs)
    {
        queue.BlockedSince ??= _now;
        var hasMore = FileAway(queue);
        Deactivate(queue, hasMore ? 1 : retryMs);
    }

    /// <summary>How many routes wait because their recipients could not be reached.</summary>
    public int HeldRoutes
    {
        get
        {
            var count = 0;
            foreach (var queue in _queues.Values)
            {
                var isWanted = queue.Jobs.Count > 0 || queue.Backlogs.Count > 0 || queue.ClaimCount > 0;
                count += isWanted && queue.Breaker.StateAt(_now) != BreakerState.Closed ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Takes a slot for one job, if the route can send it now.</summary>
    private Admission Admit(RouteQueue queue, MonoMs waitingSince, out Route route)
    {
        var admission = Look(queue, waitingSince, out route);
        if (admission != Admission.Admitted)
        {
            return admission;
        }

        if (!_gate.TryReserve(route, _now))
        {
            return Admission.NoSlot;
        }

        var passes = queue.Breaker.TryPass(_now);
        Invariant.Require(passes);
        return Admission.Admitted;
    }

    /// <summary>
    /// Everything but the route's own limits. A route's claims never exceed what it leaves free: one hanging route
    /// takes
    /// half of the node's claims, n of them leave one part in n + 1.
    /// </summary>
    private Admission Look(RouteQueue queue, MonoMs waitingSince, out Route route)
    {
        if (!_routes.TryGet(queue.Key, out route))
        {
            var isGone = _now - waitingSince >= _options.RouteGoneMs;
            return isGone ? Admission.Gone : Admission.Blocked;
        }

        if (route.IsPaused || !queue.Breaker.MayPass(_now))
        {
            return Admission.Blocked;
        }

        var isCrowded = queue.ClaimCount >= _options.ClaimsMax - _claimCount;
        return isCrowded ? Admission.Crowded : Admission.Admitted;
    }

    /// <summary>
    /// Ends a job that is never sent. It stays in memory, to be tried again, until the log says that it is over.
    /// </summary>
    /// <returns>False if this turn has done enough of this.</returns>
    private bool TryEnd(int id, JobCommandKind kind)
    {
        if (_maintenanceLeft == 0)
        {
            _hasNews = true;
            return false;
        }

        _maintenanceLeft--;
        ref var job = ref _pending[id];
        if (job.Supersedes != CommandNumber.None)
        {
            EndInherited(job.Group, job.Supersedes, kind);
            RemovePending(id);
            return true;
        }

        Counters.JobsExpired += kind == JobCommandKind.Expire ? 1 : 0;
        Post(job.Group, new JobCommand
        {
            Kind = kind,
            Time = job.Group.Clock.Now,
            Key = job.Key,
            Version = job.Version,
        });
        Postpone(id, LeavingMs);
        return true;
    }

    private MonoMs NextAdmission()
    {
        var hasWork = _blocked.TryPeek(out _, out var due);
        if (!_gate.IsConfirmed(_now))
        {
            return hasWork || _active.Count > 0 ? _now + _options.SlotRetryMs : new MonoMs(long.MaxValue);
        }

        return new MonoMs(hasWork ? due.At : long.MaxValue);
    }
}
