namespace TimeMachine.Grains.Interfaces;

/// <summary>A job to be.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.job-spec")]
public sealed record JobSpec
{
    /// <summary>Its id, 1 to 256 code points; null draws one (or takes one from the idempotency key).</summary>
    [Id(0)]
    public string? Id { get; init; }

    /// <summary>When to trigger, in ms since 1970; null if <see cref="DelayMs"/> says it. A past time is due at once.
    /// </summary>
    [Id(1)]
    public long? TriggerTimeMs { get; init; }

    /// <summary>How long from now to trigger, in ms; null if <see cref="TriggerTimeMs"/> says it.</summary>
    [Id(2)]
    public long? DelayMs { get; init; }

    /// <summary>The id of a route of the same database.</summary>
    [Id(3)]
    public required string Route { get; init; }

    /// <summary>What is delivered, byte for byte; JSON, 256 KiB at most.</summary>
    [Id(4)]
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>How often it may be sent.</summary>
    [Id(5)]
    public Delivery Mode { get; init; }

    /// <summary>How long after its trigger time it is of use, in ms; null for ever.</summary>
    [Id(6)]
    public long? ExpireAfterMs { get; init; }
}
