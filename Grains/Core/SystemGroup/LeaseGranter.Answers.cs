using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <content>What holders are told.</content>
public sealed partial class LeaseGranter
{
    private long _lastGrant;

    private void Answer(MonoMs now, GranterOutput output)
    {
        Dictionary<RouteKey, (int Slots, int Rate)[]> targets = [];
        for (var i = 0; i < _holders.Count; i++)
        {
            var holder = _holders[i];
            var isHeld = IsRaisePending(holder) && now - holder.ReadyAt < HoldAnswerMs;
            if (holder.ReadySequence != 0 && !isHeld)
            {
                output.Responses.Add(ResponseTo(i, targets, now));
                holder.ReadySequence = 0;
            }
        }
    }

    /// <summary>A raise is on its way to being applied: worth a moment, since the next request is far away.</summary>
    private bool IsRaisePending(LeaseHolder holder)
    {
        foreach (var (change, before) in _pendingBefore)
        {
            var isRaise = change.Slots > before.Slots || change.Rate > before.Rate;
            if (isRaise && holder.Is(change.Node, change.Session))
            {
                return true;
            }
        }

        return false;
    }

    private LeaseResponse ResponseTo(int place, Dictionary<RouteKey, (int Slots, int Rate)[]> targets, MonoMs now)
    {
        var holder = _holders[place];
        var keys = new SortedSet<RouteKey>(holder.Offers.Keys);
        keys.UnionWith(holder.Demands.Keys);
        var grants = new List<LeaseGrant>();
        foreach (var key in keys)
        {
            if (!targets.TryGetValue(key, out var ofRoute))
            {
                ofRoute = TargetsOf(key, now);
                targets.Add(key, ofRoute);
            }

            var grant = Offer(key, holder, ofRoute[place]);
            if (grant.Slots > 0 || grant.Rate > 0)
            {
                grants.Add(grant);
            }
            else if (RecordOf(key, holder) == default && !holder.Demands.ContainsKey(key))
            {
                holder.Offers.Remove(key);
            }
        }

        holder.AnsweredAt = now;
        return new LeaseResponse
        {
            Node = holder.Node,
            Session = holder.Session,
            Sequence = holder.ReadySequence,
            Term = _term,
            RouteRevision = _routes.Revision,
            Grants = grants,
        };
    }

    /// <summary>Never more than the applied record, nor than a lower one on its way.</summary>
    private LeaseGrant Offer(RouteKey key, LeaseHolder holder, (int Slots, int Rate) target)
    {
        var bound = RecordOf(key, holder);
        foreach (var change in _pendingBefore.Keys)
        {
            if (change.Route == key && holder.Is(change.Node, change.Session))
            {
                bound = bound with
                {
                    Slots = Math.Min(bound.Slots, change.Slots),
                    Rate = Math.Min(bound.Rate, change.Rate),
                };
            }
        }

        if (!holder.Offers.TryGetValue(key, out var offer))
        {
            offer = new LeaseOffer();
            holder.Offers.Add(key, offer);
        }

        var slots = Math.Min(target.Slots, bound.Slots);
        var rate = Math.Min(target.Rate, bound.Rate);
        var olderOverAt = holder.AnsweredAt + LeaseTiming.Waited(LeaseTiming.LeaseMs);
        SetOffer(offer, slots, rate, holder.ReadySequence, olderOverAt);
        return new LeaseGrant(key, slots, rate);
    }

    private static void SetOffer(LeaseOffer offer, int slots, int rate, long sequence, MonoMs olderOverAt)
    {
        if (offer.Slots == slots && offer.Rate == rate)
        {
            return;
        }

        offer.Slots = slots;
        offer.Rate = rate;
        offer.SinceSequence = sequence;
        offer.OlderOverAt = olderOverAt;
    }
}
