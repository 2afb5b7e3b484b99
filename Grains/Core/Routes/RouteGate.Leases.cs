using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <content>The talk with the leader of the system group.</content>
public sealed partial class RouteGate
{
    private readonly List<(long Sequence, MonoMs SentAt)> _open = [];
    private readonly List<LeaseDemand> _demands = [];
    private long _sequence;
    private bool _isUrgent = true;
    private bool _hasSent;
    private MonoMs _lastSentAt;
    private Term _adoptedTerm;
    private long _adoptedSequence;
    private bool _hasLease;
    private MonoMs _leaseUntil;
    private bool _hasConfirmed;
    private MonoMs _confirmedUntil;
    private CommandNumber _revisionToReach;
    private MonoMs _confirmsUntil;
    private long _confirmingRequest;

    /// <summary>The number of the request sent last; they count from 1.</summary>
    public long LastRequest => _sequence;

    /// <summary>The number of the request whose answer confirmed the route table last: the table holds every change
    /// that was acknowledged before that request was sent.</summary>
    public long ConfirmedRequest { get; private set; }

    /// <summary>When the request was sent whose answer confirmed the route table last.</summary>
    public MonoMs ConfirmedBy => _confirmedUntil - LeaseTiming.ConfirmedMs;

    /// <summary>Whether the system group confirmed this node's route table in a request sent in the last 2 s.</summary>
    public bool IsConfirmed(MonoMs now)
    {
        if (_revisionToReach <= _routes.Revision && _confirmsUntil > _confirmedUntil)
        {
            _confirmedUntil = _confirmsUntil;
            _hasConfirmed = true;
            ConfirmedRequest = _confirmingRequest;
        }

        return _hasConfirmed && now < _confirmedUntil;
    }

    /// <summary>Returns a request when it is time for one. Send it to the leader of the system group, or report
    /// <see cref="OnLeaderUnknown"/>.</summary>
    public LeaseRequest? TakeRequest(MonoMs now)
    {
        if (now < NextRequestAt())
        {
            return null;
        }

        if (_open.Count == _options.OpenRequestsMax)
        {
            _open.RemoveAt(0);
        }

        _sequence++;
        _open.Add((_sequence, now));
        _lastSentAt = now;
        _hasSent = true;
        _isUrgent = false;
        CollectDemands(now);
        return new LeaseRequest
        {
            Node = _self,
            Incarnation = _incarnation,
            Session = Session,
            Sequence = _sequence,
            AdoptedTerm = _adoptedTerm,
            AdoptedSequence = _adoptedSequence,
            RouteRevision = _routes.Revision,
            Demands = _demands.ToArray(),
        };
    }

    /// <summary>Takes a response; late, strange and refused ones change nothing.</summary>
    public void OnResponse(LeaseResponse response)
    {
        var isMine = response.Node == _self && response.Session == Session;
        if (!isMine || response.Sequence <= _adoptedSequence || !TryFindSent(response.Sequence, out var sentAt))
        {
            return;
        }

        if (response.Code != ErrorCode.None)
        {
            return;
        }

        _open.RemoveAll(open => open.Sequence <= response.Sequence);
        _adoptedSequence = response.Sequence;
        _adoptedTerm = response.Term;
        _leaseUntil = sentAt + LeaseTiming.LeaseMs;
        _hasLease = true;
        _revisionToReach = response.RouteRevision;
        _confirmsUntil = sentAt + LeaseTiming.ConfirmedMs;
        _confirmingRequest = response.Sequence;
        AdoptShares(response);
    }

    /// <summary>Somebody waits for the route table to be confirmed: a request is due now.</summary>
    public void AskSoon() => _isUrgent = true;

    /// <summary>The request could not be sent, or the node asked does not lead: another follows soon.</summary>
    public void OnLeaderUnknown() => _isUrgent = true;

    /// <summary>When to call <see cref="TakeRequest"/> again, or when a slot that was refused may be free.</summary>
    public MonoMs NextDeadline(MonoMs now)
    {
        var next = NextRequestAt();
        foreach (var use in _uses.Values)
        {
            var isAhead = use.RetryAt > now && use.RetryAt < next;
            next = isAhead ? use.RetryAt : next;
        }

        return next < now ? now : next;
    }

    private bool HasLease(MonoMs now) => _hasLease && now < _leaseUntil;

    private MonoMs NextRequestAt()
    {
        if (!_hasSent)
        {
            return new MonoMs(long.MinValue);
        }

        return _lastSentAt + (_isUrgent ? _options.RequestGapMs : LeaseTiming.RequestEveryMs);
    }

    private bool TryFindSent(long sequence, out MonoMs sentAt)
    {
        foreach (var open in _open)
        {
            if (open.Sequence == sequence)
            {
                sentAt = open.SentAt;
                return true;
            }
        }

        sentAt = default;
        return false;
    }

    private void AdoptShares(LeaseResponse response)
    {
        var granted = new Dictionary<RouteKey, LeaseGrant>();
        foreach (var grant in response.Grants)
        {
            granted[grant.Route] = grant;
        }

        foreach (var (key, use) in _uses)
        {
            granted.TryGetValue(key, out var grant);
            var isLess = grant.Slots < use.Slots || grant.Rate < use.Rate;
            _isUrgent |= isLess;
            use.Slots = grant.Slots;
            use.Rate = grant.Rate;
        }
    }

    private void CollectDemands(MonoMs now)
    {
        _demands.Clear();
        foreach (var key in KeysToDrop(now))
        {
            _uses.Remove(key);
        }

        foreach (var (key, use) in _uses)
        {
            if (_routes.TryGet(key, out var route) && route.IsLimited)
            {
                use.Roll(now);
                _demands.Add(DemandOf(route, use));
                use.IsStarved = false;
            }
        }

        _demands.Sort(static (left, right) => left.Route.CompareTo(right.Route));
        if (_demands.Count > LeaseRequest.RoutesMax)
        {
            _demands.RemoveRange(LeaseRequest.RoutesMax, _demands.Count - LeaseRequest.RoutesMax);
        }
    }

    private List<RouteKey> KeysToDrop(MonoMs now)
    {
        var keys = new List<RouteKey>();
        foreach (var (key, use) in _uses)
        {
            var isIdle = use.InUse == 0 && now - use.TouchedAt >= _options.ForgetMs;
            if (isIdle)
            {
                keys.Add(key);
            }
        }

        return keys;
    }

    private static LeaseDemand DemandOf(Route route, RouteUse use)
    {
        var inUse = Math.Min(use.InUse, RouteLimits.ConcurrencyMax);
        return new LeaseDemand(
            route.Key,
            inUse,
            Wanted(use.PeakInUse, route.Concurrency, use.IsStarved),
            Wanted(use.PeakRate, route.RatePerSecond, use.IsStarved),
            use.IsStarved);
    }

    /// <summary>
    /// A holder whose jobs wait wants twice what it uses, at least an eighth of the limit; others a little reserve.
    /// </summary>
    private static int Wanted(int used, int limit, bool isStarved)
    {
        var wanted = isStarved ? Math.Max(used * 2L, limit / 8) + 1 : used + (used / 4) + (limit / 50);
        return (int)Math.Min(wanted, limit);
    }
}
