using TimeMachine.Core.Jobs;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>The records of leases as the first replica applied them, and what of a rate rests.</summary>
/// <param name="violations">Where complaints go.</param>
public sealed class LeaseChecker(ViolationLog violations)
{
    /// <summary>A part of a rate that left a holder may be used again after this.</summary>
    private const long RestUs = 1_000_000;

    /// <summary>A grant may have been decided so long ago, by the limit of then.</summary>
    private const long DecidedUs = 5_000_000;

    private readonly Dictionary<(RouteKey Route, NodeId Node, ulong Session), LeaseRecord> _records = [];
    private readonly Dictionary<RouteKey, (int Limit, int Before, long UntilUs)> _limits = [];
    private readonly Dictionary<RouteKey, List<(int Rate, long LoweredUs)>> _resting = [];

    /// <summary>The newest record of a holder; nothing if it has none.</summary>
    public LeaseRecord RecordOf(RouteKey route, NodeId node, ulong session) =>
        _records.GetValueOrDefault((route, node, session));

    /// <summary>A change of a record was applied for the first time anywhere.</summary>
    /// <param name="machine">The state behind it.</param>
    /// <param name="change">The change.</param>
    /// <param name="record">What the record is now.</param>
    /// <returns>Whether slots were taken away.</returns>
    public bool Granted(SystemStateMachine machine, in LeaseChange change, in LeaseRecord record)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var before = RecordOf(change.Route, change.Node, change.Session);
        _records[(change.Route, change.Node, change.Session)] = record;
        if (!_resting.TryGetValue(change.Route, out var resting))
        {
            _resting[change.Route] = resting = [];
        }

        resting.RemoveAll(part => violations.NowUs - part.LoweredUs >= RestUs);
        if (record.Rate < before.Rate)
        {
            resting.Add((before.Rate - record.Rate, violations.NowUs));
        }

        var limit = LimitOf(change.Route, machine.Routes.TryGet(change.Route, out var route) ? route.RatePerSecond : 0);
        var used = machine.Leases.Of(change.Route).Sum(lease => lease.Rate) + resting.Sum(part => part.Rate);
        if (record.Rate > before.Rate && used > limit)
        {
            violations.Add("lease-rest", $"{change.Route}: {used} a second are held or rest, limit {limit}");
        }

        return record.Slots < before.Slots;
    }

    /// <summary>The limit in force, or the higher one of a moment ago.</summary>
    private int LimitOf(RouteKey route, int limit)
    {
        var known = _limits.GetValueOrDefault(route);
        if (limit != known.Limit)
        {
            _limits[route] = known = (limit, known.Limit, violations.NowUs + DecidedUs);
        }

        return violations.NowUs < known.UntilUs ? Math.Max(limit, known.Before) : limit;
    }
}
