namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>What a client was told.</summary>
public readonly record struct AnswerFact
{
    /// <summary>The refusal, or none.</summary>
    public ErrorCode Code { get; init; }

    /// <summary>Whether a create made the job.</summary>
    public bool IsNew { get; init; }

    /// <summary>The job's version.</summary>
    public CommandNumber Version { get; init; }

    /// <summary>The job's state.</summary>
    public JobStatus Status { get; init; }

    /// <summary>Whether a cancel won: nothing of the version was or will be sent.</summary>
    public bool IsWon { get; init; }

    /// <summary>Whether a cancel stopped a claimed or attempted job.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Whether it was a definite answer: everything else may or may not take effect.</summary>
    public bool IsDefinite => Code is not (ErrorCode.OutcomeUnknown);

    /// <summary>
    /// Whether it refuses for a reason outside the job's row, so that the row tells nothing about it.
    /// </summary>
    public bool IsRefusedOutside => Code is ErrorCode.InvalidRequest or ErrorCode.TooManyRequests
        or ErrorCode.RouteNotFound or ErrorCode.RouteDeleted or ErrorCode.RouteInUse or ErrorCode.VNodeFull
        or ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.ProposalLost or ErrorCode.Unavailable
        or ErrorCode.StorageFull or ErrorCode.VNodeDamaged;
}
