using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>A route to be. Null takes the default.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.route-spec")]
public sealed record RouteSpec
{
    /// <summary>Its id, 1 to 256 code points.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>The address to POST to: absolute, http or https, 2,048 bytes at most.</summary>
    [Id(1)]
    public required string WebhookUrl { get; init; }

    /// <summary>How often a job may be sent that does not say it itself. Default: at least once.</summary>
    [Id(2)]
    public Delivery? Mode { get; init; }

    /// <summary>The time that an attempt may take, in ms: 1 to 60,000. Default 10,000.</summary>
    [Id(3)]
    public int? TimeoutMs { get; init; }

    /// <summary>How many failed attempts make a job dead: 1 to 1,000. Default 10.</summary>
    [Id(4)]
    public int? AttemptsMax { get; init; }

    /// <summary>The backoff after the first failure, in ms: 1 to 86,400,000, and at most the longest; it doubles.
    /// Default 1,000, or the longest if that is less.</summary>
    [Id(5)]
    public int? BackoffInitialMs { get; init; }

    /// <summary>The longest backoff, in ms: 1 to 86,400,000. Default 600,000.</summary>
    [Id(6)]
    public int? BackoffMaxMs { get; init; }

    /// <summary>The most sends under way in the whole cluster: 1 to 65,535; null for no limit.</summary>
    [Id(7)]
    public int? Concurrency { get; init; }

    /// <summary>The most sends in any second in the whole cluster: 1 to 100,000; null for no limit.</summary>
    [Id(8)]
    public int? RatePerSecond { get; init; }

    /// <summary>Whether nothing is claimed for it. Default: no.</summary>
    [Id(9)]
    public bool? IsPaused { get; init; }

    /// <summary>The signing secrets, at most two, each <c>whsec_</c> and base64 of 24 to 64 bytes; never shown again.
    /// </summary>
    [Id(10)]
    public ImmutableArray<string> Secrets { get; init; } = [];

    /// <summary>Names the route, and shows no address and no secret: logs may hold it.</summary>
    public override string ToString() => $"route {Id}";
}
