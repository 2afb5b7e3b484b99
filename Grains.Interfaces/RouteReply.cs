namespace TimeMachine.Grains.Interfaces;

/// <summary>The reply to a request for one route.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.route-reply")]
public sealed record RouteReply : Reply
{
    /// <summary>The route's id.</summary>
    [Id(0)]
    public string Id { get; init; } = "";

    /// <summary>The route's version now.</summary>
    [Id(1)]
    public long Version { get; init; }

    /// <summary>Whether the request made something new.</summary>
    [Id(2)]
    public bool IsNew { get; init; }

    /// <summary>Of a delete that was refused: the unfinished jobs.</summary>
    [Id(3)]
    public long UnfinishedCount { get; init; }

    /// <summary>The route; of a read.</summary>
    [Id(4)]
    public Route? Route { get; init; }
}
