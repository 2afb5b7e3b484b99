using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <content>Who gets how much, and when what was given back is free.</content>
public sealed partial class LeaseGranter
{
    private readonly RevisionTracker _revisions;
    private readonly Dictionary<RouteKey, List<(int Rate, MonoMs Until)>> _resting = [];
    private readonly Dictionary<LeaseChange, LeaseRecord> _pendingBefore = [];
    private SystemCommand? _pending;
    private MonoMs? _proposeAt;
    private bool _isChanged;
    private MonoMs _planAt;

    /// <summary>
    /// A holder that was not answered for a lease's time uses nothing more of a rate, and reserves no slot.
    /// </summary>
    private void EndSilent(MonoMs now)
    {
        foreach (var holder in _holders)
        {
            var overAt = holder.AnsweredAt + LeaseTiming.Waited(LeaseTiming.LeaseMs);
            if (now < overAt)
            {
                continue;
            }

            if (holder.HeardAt < overAt)
            {
                holder.Demands.Clear();
                holder.AreDemandsForgotten = true;
            }

            foreach (var offer in holder.Offers.Values)
            {
                SetOffer(offer, slots: 0, rate: 0, LeaseOffer.Never, overAt);
            }
        }

        _holders.RemoveAll(holder => now - holder.HeardAt >= ForgetMs && !HoldsAnything(holder));
    }

    private bool HoldsAnything(LeaseHolder holder)
    {
        foreach (var route in holder.Offers.Keys)
        {
            if (RecordOf(route, holder) != default)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What was lowered by an applied grant rests from now on.</summary>
    private void FinishPending(MonoMs now)
    {
        if (_pending is null || _book.LastGrant != _pending.Grant)
        {
            return;
        }

        foreach (var (change, before) in _pendingBefore)
        {
            if (change.Rate < before.Rate)
            {
                RestingOf(change.Route).Add((before.Rate - change.Rate, now + LeaseTiming.RestMs));
            }
        }

        _pending = null;
        _pendingBefore.Clear();
        _proposeAt = null;
        _isChanged = true;
    }

    private SystemCommand? Propose(MonoMs now)
    {
        if (_pending is null && (_isChanged || now >= _planAt))
        {
            _isChanged = false;
            _planAt = now + PlanEveryMs;
            Plan(now);
        }

        var isDue = _proposeAt is not { } last || now - last >= ProposeAgainMs;
        if (_pending is null || !isDue)
        {
            return null;
        }

        _proposeAt = now;
        return _pending;
    }

    private void Plan(MonoMs now)
    {
        _pendingBefore.Clear();
        foreach (var key in LimitedRoutes())
        {
            if (_pendingBefore.Count < ChangesMax)
            {
                Plan(key, now);
            }
        }

        if (_pendingBefore.Count == 0)
        {
            return;
        }

        var changes = new List<LeaseChange>(_pendingBefore.Keys);
        changes.Sort(static (left, right) => Order(left, right));
        _pending = new SystemCommand
        {
            Kind = SystemCommandKind.GrantLeases,
            Grant = (_term.Value << 32) + ++_lastGrant,
            Leases = changes,
        };
    }

    private void Plan(RouteKey key, MonoMs now)
    {
        var limits = LimitsOf(key);
        var targets = TargetsOf(key, now);
        var freeSlots = limits.Slots;
        var freeRate = limits.Rate - RestingRate(key, now);
        foreach (var record in _book.Of(key))
        {
            freeSlots -= record.Slots;
            freeRate -= record.Rate;
        }

        for (var i = 0; i < _holders.Count; i++)
        {
            var holder = _holders[i];
            var before = RecordOf(key, holder);
            var lowered = Lowered(key, holder, before, now);
            var addedSlots = Math.Clamp(targets[i].Slots - before.Slots, 0, Math.Max(0, freeSlots));
            var addedRate = Math.Clamp(targets[i].Rate - before.Rate, 0, Math.Max(0, freeRate));
            freeSlots -= addedSlots;
            freeRate -= addedRate;
            var slots = Math.Max(lowered.Slots, Math.Min(before.Slots, targets[i].Slots)) + addedSlots;
            var rate = Math.Max(lowered.Rate, Math.Min(before.Rate, targets[i].Rate)) + addedRate;
            if (slots != before.Slots || rate != before.Rate)
            {
                _pendingBefore[new LeaseChange(key, holder.Node, holder.Session, slots, rate)] = before;
            }
        }
    }

    /// <summary>The most that a holder can still have of its record. All records of an election were offered; one of
    /// which no offer is known was raised since, and never told. Of one that fell silent only time tells when its
    /// requests are over, also if it had adopted the offer.</summary>
    private (int Slots, int Rate) Lowered(RouteKey key, LeaseHolder holder, LeaseRecord record, MonoMs now)
    {
        if (!holder.Offers.TryGetValue(key, out var offer))
        {
            return (0, 0);
        }

        var inUse = holder.Demands.TryGetValue(key, out var demand) ? demand.InUse : 0;
        if (HasAdopted(holder, offer) && !holder.AreDemandsForgotten)
        {
            return (Math.Min(record.Slots, Math.Max(offer.Slots, inUse)), Math.Min(record.Rate, offer.Rate));
        }

        var sentBy = offer.OlderOverAt + LeaseTiming.Waited(LeaseTiming.SendWithinMs + record.TimeoutMs);
        var slots = now >= sentBy ? Math.Min(record.Slots, offer.Slots) : record.Slots;
        var rate = now >= offer.OlderOverAt ? Math.Min(record.Rate, offer.Rate) : record.Rate;
        return (slots, rate);
    }

    private bool HasAdopted(LeaseHolder holder, LeaseOffer offer) =>
        holder.Last is { } last && last.AdoptedTerm == _term && last.AdoptedSequence >= offer.SinceSequence;

    /// <summary>
    /// The part of a rate that left a holder less than a full second ago; after an election, nobody knows of it.
    /// </summary>
    private int RestingRate(RouteKey key, MonoMs now)
    {
        if (now - _electedAt < LeaseTiming.RestMs)
        {
            return RouteLimits.RatePerSecondMax;
        }

        var resting = 0;
        if (_resting.TryGetValue(key, out var parts))
        {
            parts.RemoveAll(part => now >= part.Until);
            parts.ForEach(part => resting += part.Rate);
        }

        return resting;
    }

    private (int Slots, int Rate)[] TargetsOf(RouteKey key, MonoMs now)
    {
        var limits = LimitsOf(key);
        var slots = new ShareWish[_holders.Count];
        var rates = new ShareWish[_holders.Count];
        for (var i = 0; i < _holders.Count; i++)
        {
            var record = RecordOf(key, _holders[i]);
            var demand = DemandOf(key, _holders[i], now);
            slots[i].Wanted = Math.Min(demand.WantedSlots, limits.Slots);
            slots[i].IsStarved = demand.IsStarved;
            slots[i].Held = record.Slots;
            rates[i].Wanted = Math.Min(demand.WantedRate, limits.Rate);
            rates[i].IsStarved = demand.IsStarved;
            rates[i].Held = record.Rate;
        }

        FairShares.Divide(limits.Slots, slots, now.Value / TurnMs);
        FairShares.Divide(limits.Rate, rates, now.Value / TurnMs);
        var targets = new (int Slots, int Rate)[_holders.Count];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = (slots[i].Target, rates[i].Target);
        }

        return targets;
    }

    /// <summary>A holder that hears no answers can use nothing: it wants nothing.</summary>
    private static LeaseDemand DemandOf(RouteKey key, LeaseHolder holder, MonoMs now)
    {
        var isDeaf = now - holder.AdoptedAt >= DeafMs;
        return !isDeaf && holder.Demands.TryGetValue(key, out var demand) ? demand : default;
    }

    private (int Slots, int Rate) LimitsOf(RouteKey key) =>
        _routes.TryGet(key, out var route) ? (route.Concurrency, route.RatePerSecond) : (0, 0);

    private LeaseRecord RecordOf(RouteKey key, LeaseHolder holder)
    {
        foreach (var record in _book.Of(key))
        {
            if (holder.Is(record.Node, record.Session))
            {
                return record;
            }
        }

        return default;
    }

    private List<(int Rate, MonoMs Until)> RestingOf(RouteKey key)
    {
        if (!_resting.TryGetValue(key, out var parts))
        {
            parts = [];
            _resting.Add(key, parts);
        }

        return parts;
    }

    private List<RouteKey> LimitedRoutes()
    {
        var keys = new SortedSet<RouteKey>(_book.Routes);
        foreach (var holder in _holders)
        {
            keys.UnionWith(holder.Demands.Keys);
        }

        return [.. keys];
    }

    private static int Order(in LeaseChange left, in LeaseChange right)
    {
        var byRoute = left.Route.CompareTo(right.Route);
        var byNode = left.Node.CompareTo(right.Node);
        return byRoute != 0 ? byRoute : byNode != 0 ? byNode : left.Session.CompareTo(right.Session);
    }
}
