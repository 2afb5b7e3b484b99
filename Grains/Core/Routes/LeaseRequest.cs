using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <summary>What a holder uses and wants of one limited route.</summary>
/// <param name="Route">The route.</param>
/// <param name="InUse">The slots in use at the sending.</param>
/// <param name="WantedSlots">The slots it could use.</param>
/// <param name="WantedRate">The sends a second it could use.</param>
/// <param name="IsStarved">Whether jobs waited for a slot or for the rate since the last request.</param>
public readonly record struct LeaseDemand(
    RouteKey Route, int InUse, int WantedSlots, int WantedRate, bool IsStarved);

/// <summary>
/// A node's regular question to the leader of the system group: for leases, and whether its routes are up to date.
/// </summary>
public sealed record LeaseRequest
{
    /// <summary>The most routes of one request; those touched last go first.</summary>
    public const int RoutesMax = 10_000;

    /// <summary>The asking node.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Its incarnation: the random number on its disk.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>
    /// Its process: a random number drawn at start. Another process of the node never takes over its leases.
    /// </summary>
    public required ulong Session { get; init; }

    /// <summary>Counts the requests of the session from 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>The term of the response in force at the holder; 0 for none.</summary>
    public Term AdoptedTerm { get; init; }

    /// <summary>The sequence of the response in force at the holder; 0 for none.</summary>
    public long AdoptedSequence { get; init; }

    /// <summary>The revision of its route table.</summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>The limited routes that it uses or wants, each at most once.</summary>
    public IReadOnlyList<LeaseDemand> Demands { get; init; } = [];
}
