namespace TimeMachine.Core.Jobs;

/// <summary>Limits of a vnode's applied state. All replicas of a cluster must share them.</summary>
public sealed record JobOptions
{
    /// <summary>The most unfinished jobs of a vnode; more creates are refused with VNodeFull.</summary>
    public long LiveJobsMax { get; init; } = 20_000_000;

    /// <summary>
    /// The most jobs, finished ones above the floors included; more creates are refused with VNodeFull.
    /// </summary>
    public long RowsMax { get; init; } = 40_000_000;

    /// <summary>The most bytes of those jobs' rows, not compressed; more creates are refused with VNodeFull.</summary>
    public long BytesMax { get; init; } = 64L * 1024 * 1024 * 1024;

    /// <summary>
    /// The most routes with unfinished jobs, and the most fenced ones; more are refused with VNodeFull.
    /// </summary>
    public int RoutesMax { get; init; } = 65_536;

    /// <summary>
    /// The most open claims; more are refused with Overloaded. Twice what one node holds at a time, since a new leader
    /// inherits the old one's.
    /// </summary>
    public int ClaimsMax { get; init; } = 8_192;

    /// <summary>The attempts that a job's history keeps, the newest: 1 to 1,024.</summary>
    public int AttemptsKept { get; init; } = 16;

    /// <summary>
    /// The request ids that a job can hold, 8 to 1,024; more changes are refused with TooManyRequests.
    /// </summary>
    public int RequestsMax { get; init; } = 64;

    /// <summary>So many more are kept of cancels: a job that was changed often can still be stopped.</summary>
    public const int CancelsReserve = 8;

    /// <summary>A request id is kept at least so long, in ms of log time.</summary>
    public long RequestAgeMs { get; init; } = 60_000;

    /// <summary>A request id is kept until so many newer ones exist.</summary>
    public int RequestsNewerMin { get; init; } = 4;

    /// <summary>How far ahead of its due time a job may be claimed, in ms of the claim's own time.</summary>
    public int ClaimLeadMs { get; init; } = 20;

    /// <summary>Names the first setting that is out of its range; null if all are fine.</summary>
    public string? Check() => this switch
    {
        { LiveJobsMax: < 1 } => "LiveJobsMax must be positive.",
        { RowsMax: < 1 } => "RowsMax must be positive.",
        { BytesMax: < 1 } => "BytesMax must be positive.",
        { RoutesMax: < 1 or > 1_000_000 } => "RoutesMax must be from 1 to 1,000,000.",
        { ClaimsMax: < 1 or > 1_000_000 } => "ClaimsMax must be from 1 to 1,000,000.",
        { AttemptsKept: < 1 or > 1_024 } => "AttemptsKept must be from 1 to 1,024.",
        { RequestsMax: < 8 or > 1_024 } => "RequestsMax must be from 8 to 1,024.",
        { RequestAgeMs: < 1_000 } => "RequestAgeMs must be at least 1,000.",
        { RequestsNewerMin: < 0 } => "RequestsNewerMin must not be negative.",
        _ when RequestsNewerMin >= RequestsMax => "RequestsNewerMin must be below RequestsMax.",
        { ClaimLeadMs: < 0 or > 1_000 } => "ClaimLeadMs must be from 0 to 1,000.",
        _ => null,
    };
}
