namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>The bounds that the job checkers judge by.</summary>
public sealed record JobCheckOptions
{
    /// <summary>
    /// How far ahead of its due time a job may be claimed by the proposer's due clock, in milliseconds.
    /// </summary>
    public long ClaimLeadMsMax { get; init; } = 20;

    /// <summary>The error of the good clocks, in microseconds: a send may be that much early by true time.</summary>
    public long ClockErrorUs { get; init; } = 50_000;

    /// <summary>After faults stopped, a due admissible job may wait this long, in milliseconds.</summary>
    public long LivenessMs { get; init; } = 30_000;

    /// <summary>A handover with claims still open is fair after this long, in milliseconds.</summary>
    public long HandoverMsMax { get; init; } = 10_000;

    /// <summary>The open claims that a node may have.</summary>
    public int ClaimsMax { get; init; } = 4_096;

    /// <summary>
    /// A node may claim this long after its route table was last confirmed, in milliseconds of true time.
    /// </summary>
    public long ConfirmedMsMax { get; init; } = 2_050;

    /// <summary>
    /// How long an older revision of a route may still be at work after a newer one was acknowledged.
    /// </summary>
    public long StaleRevisionMs { get; init; } = 20_000;

    /// <summary>Budget of the linearizability search of one job.</summary>
    public int LinearizabilityStepsMax { get; init; } = 1_000_000;

    /// <summary>The log time after which a request id may be forgotten, in milliseconds.</summary>
    public long RequestIdMs { get; init; } = 60_000;
}
