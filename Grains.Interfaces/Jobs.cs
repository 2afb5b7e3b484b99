using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>Where a job is in its life. Numbers are stable and append-only.</summary>
[GenerateSerializer]
[Alias("timemachine.state")]
public enum JobStatus
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Waits for its trigger time; never attempted.</summary>
    Scheduled = 1,

    /// <summary>An attempt is committed and not yet resolved.</summary>
    Claimed = 2,

    /// <summary>Waits for its next attempt.</summary>
    Retrying = 3,

    /// <summary>The recipient took it.</summary>
    Delivered = 4,

    /// <summary>Given up; kept for redrive.</summary>
    Dead = 5,

    /// <summary>At most once: sent, and the outcome is not known; kept for redrive.</summary>
    Unknown = 6,

    /// <summary>Deleted before it was delivered.</summary>
    Cancelled = 7,

    /// <summary>Its time to be of use was over before it could be sent.</summary>
    Expired = 8,
}

/// <summary>How often a job may be sent. Numbers are stable and append-only.</summary>
[GenerateSerializer]
[Alias("timemachine.mode")]
public enum Delivery
{
    /// <summary>As the route says.</summary>
    RouteDefault = 0,

    /// <summary>Again, until the recipient takes it or the attempts are used up.</summary>
    AtLeastOnce = 1,

    /// <summary>Never a second time once a byte may have been written.</summary>
    AtMostOnce = 2,
}

/// <summary>What a delete achieved. Numbers are stable and append-only.</summary>
[GenerateSerializer]
[Alias("timemachine.deleted")]
public enum DeleteOutcome
{
    /// <summary>It was no delete, or it was refused.</summary>
    None = 0,

    /// <summary>Never attempted: nothing of it is ever sent.</summary>
    Won = 1,

    /// <summary>It was attempted: no further attempt is made, one under way may still arrive.</summary>
    Stopped = 2,
}

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

/// <summary>One attempt.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="AtMs">When it was sent, in ms since 1970.</param>
/// <param name="Status">The recipient's status; 0 if none came.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
/// <param name="DurationMs">From the sending to the outcome.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.attempt")]
public sealed record Attempt(
    [property: Id(0)] int Number,
    [property: Id(1)] long AtMs,
    [property: Id(2)] int Status,
    [property: Id(3)] string? Error,
    [property: Id(4)] int DurationMs);

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

/// <summary>The reply to a request for one job.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.job-reply")]
public sealed record JobReply : Reply
{
    /// <summary>The job's id.</summary>
    [Id(0)]
    public string Id { get; init; } = "";

    /// <summary>The job's version now.</summary>
    [Id(1)]
    public long Version { get; init; }

    /// <summary>The log index of what the request wrote.</summary>
    [Id(2)]
    public long Offset { get; init; }

    /// <summary>The job's state now.</summary>
    [Id(3)]
    public JobStatus State { get; init; }

    /// <summary>Whether the request made something new.</summary>
    [Id(4)]
    public bool IsNew { get; init; }

    /// <summary>What a delete achieved.</summary>
    [Id(5)]
    public DeleteOutcome Deleted { get; init; }

    /// <summary>How many attempts were made, one under way included.</summary>
    [Id(6)]
    public int AttemptCount { get; init; }

    /// <summary>The job; of a read.</summary>
    [Id(7)]
    public Job? Job { get; init; }
}

/// <summary>The reply to a batch.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.batch-reply")]
public sealed record BatchReply : Reply
{
    /// <summary>A reply for each job, in their order; empty if the batch was refused as a whole.</summary>
    [Id(0)]
    public ImmutableArray<JobReply> Jobs { get; init; } = [];
}

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
