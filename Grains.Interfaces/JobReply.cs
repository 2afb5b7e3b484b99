namespace TimeMachine.Grains.Interfaces;

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
