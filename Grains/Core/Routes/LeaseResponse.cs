using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <summary>A holder's share of a limited route.</summary>
/// <param name="Route">The route.</param>
/// <param name="Slots">How many of its sends may be under way.</param>
/// <param name="Rate">How many sends it may make in any second.</param>
public readonly record struct LeaseGrant(RouteKey Route, int Slots, int Rate);

/// <summary>
/// The answer to a <see cref="LeaseRequest"/>. It takes the place of all earlier ones: a route not named has no share.
/// </summary>
public sealed record LeaseResponse
{
    /// <summary>Whom it answers.</summary>
    public required NodeId Node { get; init; }

    /// <summary>The session it answers.</summary>
    public required ulong Session { get; init; }

    /// <summary>The request it answers.</summary>
    public required long Sequence { get; init; }

    /// <summary>None, NotLeader, or IncarnationActive if the node is not admitted in this incarnation.</summary>
    public ErrorCode Code { get; init; }

    /// <summary>The term of the leader that answers.</summary>
    public Term Term { get; init; }

    /// <summary>The revision of the route table that the holder must have applied.</summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>The shares, in force for <see cref="LeaseTiming.LeaseMs"/> from the sending of the request.</summary>
    public IReadOnlyList<LeaseGrant> Grants { get; init; } = [];
}
