using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <content>Leases.</content>
public sealed partial class SystemStateMachine
{
    /// <summary>Sets records. The granter never over-grants; a raise that would is void all the same.</summary>
    private JobAnswer GrantLeases(SystemCommand command)
    {
        foreach (var change in command.Leases)
        {
            if (Routes.TryGet(change.Route, out var route))
            {
                Grant(route, change);
            }
        }

        Leases.OnGranted(command.Grant);
        return new JobAnswer(ErrorCode.None);
    }

    private void Grant(Route route, LeaseChange change)
    {
        var slotsOfOthers = 0L;
        var rateOfOthers = 0L;
        var own = default(LeaseRecord);
        foreach (var record in Leases.Of(route.Key))
        {
            var isOwn = record.Node == change.Node && record.Session == change.Session;
            own = isOwn ? record : own;
            slotsOfOthers += isOwn ? 0 : record.Slots;
            rateOfOthers += isOwn ? 0 : record.Rate;
        }

        // Each limit for itself: after one was lowered, all records together may be above it, and only get below it if
        // a change that lowers the one and raises the other does at least the first.
        var slots = Allowed(change.Slots, own.Slots, slotsOfOthers, route.Concurrency);
        var rate = Allowed(change.Rate, own.Rate, rateOfOthers, route.RatePerSecond);
        var timeoutMs = Math.Max(own.TimeoutMs, route.TimeoutMs);
        Write(route.Key, new LeaseRecord(change.Node, change.Session, slots, rate, timeoutMs));
    }

    private static int Allowed(int wanted, int own, long ofOthers, int limit) =>
        wanted > own && wanted + ofOthers > limit ? own : wanted;

    /// <summary>An attempt under way keeps the timeout of its claim: holders are waited for by the longest.</summary>
    private void OnTimeout(Route route)
    {
        foreach (var record in Leases.Of(route.Key))
        {
            if (record.TimeoutMs < route.TimeoutMs)
            {
                Write(route.Key, record with { TimeoutMs = route.TimeoutMs });
            }
        }
    }

    private void DropLeases(RouteKey route)
    {
        foreach (var record in Leases.Of(route))
        {
            _rows.Delete(_rows.LeaseKeyOf(route, record.Node, record.Session));
        }

        Leases.Drop(route);
    }

    private void Write(RouteKey route, LeaseRecord record)
    {
        Leases.Put(route, record);
        var key = _rows.LeaseKeyOf(route, record.Node, record.Session);
        if (record.Slots == 0 && record.Rate == 0)
        {
            _rows.Delete(key);
            return;
        }

        _rows.Value.Clear();
        _rows.Value.VarInt(record.Slots);
        _rows.Value.VarInt(record.Rate);
        _rows.Value.VarInt(record.TimeoutMs);
        _rows.Put(key);
    }
}
