using System.Collections.Immutable;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.SystemGroup;

/// <summary>The most that a holder may have of a limited route: what was granted and not surely given back.</summary>
/// <param name="Node">The holder's node.</param>
/// <param name="Session">The holder's process.</param>
/// <param name="Slots">Sends under way.</param>
/// <param name="Rate">Sends a second.</param>
/// <param name="TimeoutMs">The longest timeout of the route since it holds anything.</param>
public readonly record struct LeaseRecord(NodeId Node, ulong Session, int Slots, int Rate, int TimeoutMs);

/// <summary>A change of one record: to nothing removes it.</summary>
/// <param name="Route">The route.</param>
/// <param name="Node">The holder's node.</param>
/// <param name="Session">The holder's process.</param>
/// <param name="Slots">Sends under way.</param>
/// <param name="Rate">Sends a second.</param>
public readonly record struct LeaseChange(RouteKey Route, NodeId Node, ulong Session, int Slots, int Rate);

/// <summary>The applied leases. One owner changes it; others may read at any time.</summary>
public sealed class LeaseBook
{
    private Copy _copy = new(ImmutableDictionary<RouteKey, ImmutableArray<LeaseRecord>>.Empty, 0);

    /// <summary>The number of the grant applied last.</summary>
    public long LastGrant => _copy.LastGrant;

    /// <summary>The routes of which anything is held, in no order.</summary>
    public IEnumerable<RouteKey> Routes => _copy.Records.Keys;

    /// <summary>The records of a route, by node and session.</summary>
    public ImmutableArray<LeaseRecord> Of(RouteKey route) =>
        _copy.Records.TryGetValue(route, out var records) ? records : [];

    internal void Put(RouteKey route, LeaseRecord record)
    {
        var records = Of(route);
        var place = 0;
        while (place < records.Length && Order(records[place], record) < 0)
        {
            place++;
        }

        var isThere = place < records.Length && Order(records[place], record) == 0;
        records = isThere ? records.RemoveAt(place) : records;
        var isHeld = record.Slots > 0 || record.Rate > 0;
        Set(route, isHeld ? records.Insert(place, record) : records);
    }

    internal void Drop(RouteKey route) => Set(route, []);

    internal void OnGranted(long number) => _copy = _copy with { LastGrant = number };

    internal void Clear() => _copy = new Copy(_copy.Records.Clear(), 0);

    private static int Order(LeaseRecord left, LeaseRecord right)
    {
        var order = left.Node.CompareTo(right.Node);
        return order != 0 ? order : left.Session.CompareTo(right.Session);
    }

    private void Set(RouteKey route, ImmutableArray<LeaseRecord> records) => _copy = _copy with
    {
        Records = records.IsEmpty ? _copy.Records.Remove(route) : _copy.Records.SetItem(route, records),
    };

    private sealed record Copy(ImmutableDictionary<RouteKey, ImmutableArray<LeaseRecord>> Records, long LastGrant);
}
