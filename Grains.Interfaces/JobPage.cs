using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>A page of jobs.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.page")]
public sealed record JobPage : Reply
{
    /// <summary>The jobs; may be fewer than asked for, even none, while a cursor is given.</summary>
    [Id(0)]
    public ImmutableArray<Job> Jobs { get; init; } = [];

    /// <summary>Where the next page begins; null behind the last.</summary>
    [Id(1)]
    public string? Cursor { get; init; }
}
