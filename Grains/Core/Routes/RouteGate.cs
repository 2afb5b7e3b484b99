using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <summary>
/// Tells a node what its routes let it send now: whether its route table is up to date, and, of limited routes, whether
/// its leased part of the cluster's limit leaves a slot. One owner.
/// </summary>
public sealed partial class RouteGate
{
    private const int AheadCalmMs = 1_000;
    private readonly RouteGateOptions _options;
    private readonly NodeId _self;
    private readonly ulong _incarnation;
    private readonly RouteTable _routes;
    private readonly Dictionary<RouteKey, RouteUse> _uses = [];

    /// <summary>Makes a gate without any lease.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="self">This node.</param>
    /// <param name="incarnation">The random number on its disk.</param>
    /// <param name="session">A random number of this process.</param>
    /// <param name="routes">The node's routes.</param>
    public RouteGate(
        RouteGateOptions options, NodeId self, ulong incarnation, ulong session, RouteTable routes)
    {
        _options = options;
        _self = self;
        _incarnation = incarnation;
        Session = session;
        _routes = routes;
    }

    /// <summary>The random number of this process: leases are of a process, not of a node.</summary>
    public ulong Session { get; }

    /// <summary>Takes a slot for one attempt, before its claim. Give it back with
    /// <see cref="Unreserve(RouteKey, MonoMs, bool)"/>.</summary>
    /// <param name="route">The route as the table has it.</param>
    /// <param name="now">The present.</param>
    /// <returns>False if nothing may be claimed for the route now.</returns>
    public bool TryReserve(Route route, MonoMs now)
    {
        if (!IsConfirmed(now) || route.IsPaused)
        {
            return false;
        }

        var use = Touch(route.Key, now);
        if (!HasSlot(route, use, now) || !HasWriteSlotSoon(route, use, now))
        {
            OnStarved(route, use, now);
            return false;
        }

        use.OnReserved(now);
        return true;
    }

    /// <summary>Takes a slot of the rate, right before the socket write of a reserved attempt.</summary>
    /// <returns>False if none is open: wait a little, or release the claim.</returns>
    /// <exception cref="InvariantViolationException">Nothing unwritten is reserved.</exception>
    public bool TryTakeWriteSlot(Route route, MonoMs now)
    {
        var use = Touch(route.Key, now);
        Invariant.Require(use.Unwritten > 0);
        if (route.RatePerSecond > 0)
        {
            var share = RateShare(route, use, now);
            var lostMs = use.Pacer.OpenForMs(now);
            if (share == 0 || !use.Pacer.TryTake(share, now))
            {
                return false;
            }

            AdaptAhead(use, Math.Min(lostMs, now - use.StarvedAt), now);
        }

        use.OnWritten(now);
        return true;
    }

    /// <summary>Gives a slot back: the outcome is known, the claim was released or refused.</summary>
    /// <param name="route">The route.</param>
    /// <param name="now">The present.</param>
    /// <param name="written">Whether <see cref="TryTakeWriteSlot"/> was true for the attempt.</param>
    /// <exception cref="InvariantViolationException">More is given back than was taken.</exception>
    public void Unreserve(RouteKey route, MonoMs now, bool written)
    {
        var isThere = _uses.TryGetValue(route, out var use);
        Invariant.Require(isThere && use!.InUse > 0);
        use!.InUse--;
        use.Unwritten -= written ? 0 : 1;
        use.Roll(now);
        Invariant.Require(use.Unwritten >= 0 && use.InUse >= use.Unwritten);
    }

    /// <inheritdoc cref="Unreserve(RouteKey, MonoMs, bool)"/>
    public void Unreserve(Route route, MonoMs now, bool written) => Unreserve(route.Key, now, written);

    /// <summary>Whether <see cref="TryReserve"/> would take a slot; takes none and asks for none.</summary>
    public bool HasCapacity(RouteKey key, MonoMs now)
    {
        if (!_routes.TryGet(key, out var route) || route.IsPaused || !IsConfirmed(now))
        {
            return false;
        }

        if (!_uses.TryGetValue(key, out var use))
        {
            return !route.IsLimited;
        }

        return HasSlot(route, use, now) && HasWriteSlotSoon(route, use, now);
    }

    /// <summary>Says that jobs of a route will be due soon, so that a limited one has a share by then.</summary>
    public void Expect(Route route, MonoMs now)
    {
        if (!route.IsLimited)
        {
            return;
        }

        var use = Touch(route.Key, now);
        if (HasNoShare(route, use, now))
        {
            OnStarved(route, use, now);
        }
    }

    /// <summary>What this node may use of a route's limits now; nothing without a lease that is in force.</summary>
    public LeaseGrant ShareOf(Route route, MonoMs now)
    {
        return _uses.TryGetValue(route.Key, out var use)
            ? new LeaseGrant(route.Key, SlotShare(route, use, now), RateShare(route, use, now))
            : new LeaseGrant(route.Key, 0, 0);
    }

    /// <summary>How many slots of a route are in use here.</summary>
    public int InUse(RouteKey key) => _uses.TryGetValue(key, out var use) ? use.InUse : 0;

    private bool HasSlot(Route route, RouteUse use, MonoMs now) =>
        route.Concurrency == 0 || use.InUse < SlotShare(route, use, now);

    private bool HasWriteSlotSoon(Route route, RouteUse use, MonoMs now)
    {
        var share = RateShare(route, use, now);
        return route.RatePerSecond == 0
            || (share > 0 && use.Pacer.SlotAt(share, use.Unwritten, now) <= now + use.AheadMs);
    }

    private bool HasNoShare(Route route, RouteUse use, MonoMs now) =>
        (route.Concurrency > 0 && SlotShare(route, use, now) == 0)
        || (route.RatePerSecond > 0 && RateShare(route, use, now) == 0);

    private int SlotShare(Route route, RouteUse use, MonoMs now) =>
        HasLease(now) ? Math.Min(use.Slots, route.Concurrency) : 0;

    private int RateShare(Route route, RouteUse use, MonoMs now) =>
        HasLease(now) ? Math.Min(use.Rate, route.RatePerSecond) : 0;

    private void OnStarved(Route route, RouteUse use, MonoMs now)
    {
        var share = RateShare(route, use, now);
        var isPaced = route.RatePerSecond > 0 && share > 0 && HasSlot(route, use, now);
        use.RetryAt = isPaced ? use.Pacer.SlotAt(share, use.Unwritten, now) - use.AheadMs : now;
        if (use.IsStarved)
        {
            return;
        }

        use.IsStarved = true;
        use.StarvedAt = now;
        _isUrgent |= HasNoShare(route, use, now);
    }

    private RouteUse Touch(RouteKey key, MonoMs now)
    {
        if (!_uses.TryGetValue(key, out var use))
        {
            use = new RouteUse();
            _uses.Add(key, use);
        }

        use.TouchedAt = now;
        return use;
    }

    /// <summary>
    /// Reserves further ahead when slots were lost while claims were under way, and slowly less when none are.
    /// </summary>
    private static void AdaptAhead(RouteUse use, long lostMs, MonoMs now)
    {
        var isLost = lostMs > 0 && use.IsStarved;
        var isCalm = now - use.AheadSince >= AheadCalmMs;
        if (!isLost && !isCalm)
        {
            return;
        }

        var less = use.AheadMs - ((use.AheadMs - RouteGateOptions.AheadMinMs + 7) / 8);
        var more = Math.Min(use.AheadMs + lostMs, RouteGateOptions.AheadMaxMs);
        use.AheadMs = (int)(isLost ? more : less);
        use.AheadSince = now;
    }
}
