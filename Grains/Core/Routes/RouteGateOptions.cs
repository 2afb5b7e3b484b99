namespace TimeMachine.Core.Routes;

/// <summary>Limits of a node's <see cref="RouteGate"/>.</summary>
public sealed record RouteGateOptions
{
    /// <summary>How far ahead of its send a slot of a rate is reserved at least, in ms.</summary>
    public const int AheadMinMs = 20;

    /// <summary>
    /// How far ahead at most when commits are slow, in ms: half of the time within which a claim is sent.
    /// </summary>
    public const int AheadMaxMs = 500;

    /// <summary>The least time between two requests, in ms, however urgent.</summary>
    public int RequestGapMs { get; init; } = 25;

    /// <summary>A route that was not asked for in so long is forgotten, and its share with it, in ms.</summary>
    public int ForgetMs { get; init; } = 60_000;

    /// <summary>How many requests may be without an answer; an answer to an older one is ignored.</summary>
    public int OpenRequestsMax { get; init; } = 64;
}
