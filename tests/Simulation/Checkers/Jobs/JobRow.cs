namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>The model's idea of a job: what a client can tell, and what decides the next answer.</summary>
public readonly record struct JobRow
{
    /// <summary>Its state.</summary>
    public JobStatus Status { get; init; }

    /// <summary>Its version.</summary>
    public CommandNumber Version { get; init; }

    /// <summary>The hash of the create that made it, 0 when an upsert did.</summary>
    public ulong Sameness { get; init; }

    /// <summary>The current claim, or that of an attempt whose end is unknown.</summary>
    public CommandNumber Claim { get; init; }

    /// <summary>The state that a release gives back.</summary>
    public JobStatus Former { get; init; }

    /// <summary>Whether an attempt of this version was claimed and not released.</summary>
    public bool WasAttempted { get; init; }

    /// <summary>What <see cref="WasAttempted"/> was before the current claim.</summary>
    public bool WasAttemptedBefore { get; init; }

    /// <summary>The failed attempts that count towards <see cref="ClaimAttemptsMax"/>.</summary>
    public int FailedCount { get; init; }

    /// <summary>The failed attempts that the current claim's route allows.</summary>
    public int ClaimAttemptsMax { get; init; }

    /// <summary>Whether the current claim is at most once.</summary>
    public bool IsClaimAtMostOnce { get; init; }

    /// <summary>Whether a delete met the claimed job.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Whether it waits for an attempt.</summary>
    public bool IsWaiting => Status is JobStatus.Scheduled or JobStatus.Retrying;

    /// <summary>Whether it is over.</summary>
    public bool IsFinished => Status > JobStatus.Retrying;
}
