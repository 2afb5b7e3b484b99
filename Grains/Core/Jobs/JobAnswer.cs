namespace TimeMachine.Core.Jobs;

/// <summary>The answer to one command or read.</summary>
/// <param name="Code">Why it was refused; none if it was not.</param>
/// <param name="Version">The job's version now.</param>
/// <param name="State">The job's state now.</param>
public readonly partial record struct JobAnswer(
    ErrorCode Code, CommandNumber Version = default, JobState State = default)
{
    /// <summary>Whether the request made something new.</summary>
    public bool IsNew { get; init; }

    /// <summary>The log index of what the request wrote.</summary>
    public LogIndex Offset { get; init; }

    /// <summary>What a delete achieved.</summary>
    public CancelResult Cancel { get; init; }

    /// <summary>How many attempts were made, one under way included.</summary>
    public int AttemptCount { get; init; }

    /// <summary>Of a route's fence: its unfinished jobs.</summary>
    public long UnfinishedCount { get; init; }

    /// <summary>Of a read: the job.</summary>
    public JobView? View { get; init; }

    /// <summary>Of a list: the page. It travels beside the answer, not in its binary form.</summary>
    public JobListPage? Page { get; init; }

    /// <summary>Whether the request was not refused.</summary>
    public bool IsOk => Code == ErrorCode.None;
}
