namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>An outcome as it was committed.</summary>
public sealed record OutcomeFact
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The command's number.</summary>
    public required CommandNumber Number { get; init; }

    /// <summary>The job, as db/collection/id.</summary>
    public required string Key { get; init; }

    /// <summary>The version that it names.</summary>
    public required CommandNumber Version { get; init; }

    /// <summary>The claim that it names.</summary>
    public required CommandNumber Claim { get; init; }

    /// <summary>How the attempt ended.</summary>
    public required OutcomeFactKind Kind { get; init; }

    /// <summary>Whether the state machine took it.</summary>
    public required bool TookEffect { get; init; }

    /// <summary>The job's state behind it, as the state machine says.</summary>
    public JobStatus Result { get; init; }

    /// <summary>When the attempt ended, by its sender's due clock.</summary>
    public long EndMs { get; init; }

    /// <summary>Retry: when the next attempt is due, in milliseconds since 1970.</summary>
    public long NextDueMs { get; init; }

    /// <summary>Whether the sender says that it wrote no byte.</summary>
    public bool WroteNothing { get; init; }

    /// <summary>Whether the job is given up because its route is gone.</summary>
    public bool IsRouteGone { get; init; }
}
