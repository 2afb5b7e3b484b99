using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>All routes of a database.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.routes-reply")]
public sealed record RoutePage : Reply
{
    /// <summary>The routes, ordered by id.</summary>
    [Id(0)]
    public ImmutableArray<Route> Routes { get; init; } = [];
}
