using System.Collections.Immutable;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <summary>
/// A node's view of all routes, as its replica of the system group applied them. One owner changes it; others may read
/// at any time, since each read works on one unchanging copy.
/// </summary>
public sealed class RouteTable
{
    private Copy _copy = new(ImmutableDictionary<RouteKey, Route>.Empty, CommandNumber.None);

    /// <summary>The number of the command that last changed any route; none for an empty start.</summary>
    public CommandNumber Revision => _copy.Revision;

    /// <summary>How many routes there are.</summary>
    public int Count => _copy.Routes.Count;

    /// <summary>Finds a route; one whose delete is under way is found too.</summary>
    public bool TryGet(RouteKey key, out Route route) => _copy.Routes.TryGetValue(key, out route!);

    /// <summary>Returns all routes, ordered by key.</summary>
    public IReadOnlyList<Route> List()
    {
        var routes = new List<Route>(_copy.Routes.Values);
        routes.Sort(static (left, right) => left.Key.CompareTo(right.Key));
        return routes;
    }

    /// <summary>Takes over a route as written; its revision becomes the table's.</summary>
    /// <exception cref="InvariantViolationException">The revision is not newer than the table's.</exception>
    public void Put(Route route)
    {
        var copy = _copy;
        Invariant.Require(route.Revision > copy.Revision);
        _copy = new Copy(copy.Routes.SetItem(route.Key, route), route.Revision);
    }

    /// <summary>Removes a route.</summary>
    /// <param name="key">The route.</param>
    /// <param name="revision">The number of the command that removed it.</param>
    /// <exception cref="InvariantViolationException">The revision is not newer than the table's.</exception>
    public void Remove(RouteKey key, CommandNumber revision)
    {
        var copy = _copy;
        Invariant.Require(revision > copy.Revision);
        _copy = new Copy(copy.Routes.Remove(key), revision);
    }

    /// <summary>Starts again from a checkpoint.</summary>
    public void Reset(IReadOnlyList<Route> routes, CommandNumber revision)
    {
        var builder = ImmutableDictionary.CreateBuilder<RouteKey, Route>();
        foreach (var route in routes)
        {
            builder[route.Key] = route;
        }

        _copy = new Copy(builder.ToImmutable(), revision);
    }

    private sealed record Copy(ImmutableDictionary<RouteKey, Route> Routes, CommandNumber Revision);
}
