using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>A job as it is.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.job")]
public sealed record Job
{
    /// <summary>The database's name.</summary>
    [Id(0)]
    public required string Database { get; init; }

    /// <summary>The collection's name.</summary>
    [Id(1)]
    public required string Collection { get; init; }

    /// <summary>The job's id.</summary>
    [Id(2)]
    public required string Id { get; init; }

    /// <summary>Where it is in its life.</summary>
    [Id(3)]
    public JobStatus State { get; init; }

    /// <summary>The number of the command that wrote it: it never falls.</summary>
    [Id(4)]
    public long Version { get; init; }

    /// <summary>When it triggers, in ms since 1970.</summary>
    [Id(5)]
    public long TriggerTimeMs { get; init; }

    /// <summary>When it was created, in ms since 1970.</summary>
    [Id(6)]
    public long CreatedAtMs { get; init; }

    /// <summary>The id of its route.</summary>
    [Id(7)]
    public required string Route { get; init; }

    /// <summary>How often it may be sent, as it was asked for.</summary>
    [Id(8)]
    public Delivery Mode { get; init; }

    /// <summary>How long after its trigger time it is of use, in ms; null for ever.</summary>
    [Id(9)]
    public long? ExpireAfterMs { get; init; }

    /// <summary>What it delivers; empty once the body is dropped, with its delivery, cancel or expiry.</summary>
    [Id(10)]
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>How many attempts were made, one under way included.</summary>
    [Id(11)]
    public int AttemptCount { get; init; }

    /// <summary>The newest attempts; of unfinished, dead and unknown jobs.</summary>
    [Id(12)]
    public ImmutableArray<Attempt> Attempts { get; init; } = [];

    /// <summary>The status of the last attempt; 0 if none came.</summary>
    [Id(13)]
    public int LastStatus { get; init; }

    /// <summary>How late the last attempt was sent, in ms; null if none was.</summary>
    [Id(14)]
    public long? LatenessMs { get; init; }

    /// <summary>Whether it was deleted while an attempt was under way.</summary>
    [Id(15)]
    public bool IsStopped { get; init; }

    /// <summary>When its next attempt is due, in ms since 1970; of a waiting job.</summary>
    [Id(16)]
    public long DueMs { get; init; }
}
