namespace TimeMachine.Grains.Interfaces;

/// <summary>A route as it is.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.route")]
public sealed record Route
{
    /// <summary>The database's name.</summary>
    [Id(0)]
    public required string Database { get; init; }

    /// <summary>The route's id.</summary>
    [Id(1)]
    public required string Id { get; init; }

    /// <summary>The address to POST to.</summary>
    [Id(2)]
    public required string WebhookUrl { get; init; }

    /// <summary>How often a job may be sent that does not say it itself.</summary>
    [Id(3)]
    public Delivery Mode { get; init; }

    /// <summary>The time that an attempt may take, in ms.</summary>
    [Id(4)]
    public int TimeoutMs { get; init; }

    /// <summary>How many failed attempts make a job dead.</summary>
    [Id(5)]
    public int AttemptsMax { get; init; }

    /// <summary>The backoff after the first failure, in ms.</summary>
    [Id(6)]
    public int BackoffInitialMs { get; init; }

    /// <summary>The longest backoff, in ms.</summary>
    [Id(7)]
    public int BackoffMaxMs { get; init; }

    /// <summary>The most sends under way in the whole cluster; null for no limit.</summary>
    [Id(8)]
    public int? Concurrency { get; init; }

    /// <summary>The most sends in any second in the whole cluster; null for no limit.</summary>
    [Id(9)]
    public int? RatePerSecond { get; init; }

    /// <summary>Whether nothing is claimed for it.</summary>
    [Id(10)]
    public bool IsPaused { get; init; }

    /// <summary>Whether a delete is under way.</summary>
    [Id(11)]
    public bool IsDeleting { get; init; }

    /// <summary>How many signing secrets it has.</summary>
    [Id(12)]
    public int SecretCount { get; init; }

    /// <summary>The number of the command that last changed it: it never falls.</summary>
    [Id(13)]
    public long Version { get; init; }
}
