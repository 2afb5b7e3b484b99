namespace TimeMachine.Grains.Interfaces;

/// <summary>Which jobs to list. All that is given must hold.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.query")]
public sealed record JobQuery
{
    /// <summary>In this state; null for any.</summary>
    [Id(0)]
    public JobStatus? State { get; init; }

    /// <summary>Of this route; null for any.</summary>
    [Id(1)]
    public string? Route { get; init; }

    /// <summary>Triggering at this time or later, in ms since 1970.</summary>
    [Id(2)]
    public long? FromMs { get; init; }

    /// <summary>Triggering before this time, in ms since 1970.</summary>
    [Id(3)]
    public long? ToMs { get; init; }

    /// <summary>The most jobs of the page: 1 to 1,000.</summary>
    [Id(4)]
    public int Limit { get; init; } = 100;

    /// <summary>Where the page before ended; null for the first.</summary>
    [Id(5)]
    public string? Cursor { get; init; }
}
