namespace TimeMachine.Simulation.Workload;

/// <summary>The size and the mix of a run's client load.</summary>
public sealed record WorkloadOptions
{
    /// <summary>Clients, each with one open operation at a time: 8 to 24.</summary>
    public int ClientCount { get; init; } = 12;

    /// <summary>For how long clients begin operations, in milliseconds of true time.</summary>
    public long DurationMs { get; init; } = 480_000;

    /// <summary>
    /// Operations in all, about, unless <see cref="JobsAimed"/> asks for more: one in three makes a job.
    /// </summary>
    public int OperationsAimed { get; init; } = 1_500;

    /// <summary>Jobs that are made at least: clients hurry when the time left would not do.</summary>
    public int JobsAimed { get; init; } = 520;

    /// <summary>For how long clients go on to reach that, in milliseconds of true time.</summary>
    public long OvertimeMs { get; init; } = 70_000;

    /// <summary>Contended ids.</summary>
    public int HotIdCount { get; init; } = 24;

    /// <summary>How often a client crashes with an open operation, in parts of 1,000.</summary>
    public int CrashPerMille { get; init; } = 10;

    /// <summary>How often a client repeats an operation whose outcome is unknown, in parts of 1,000.</summary>
    public int RepeatPerMille { get; init; } = 600;

    /// <summary>How often a client repeats it at most.</summary>
    public int RepeatsMax { get; init; } = 3;

    /// <summary>True time of the start, in milliseconds since 1970.</summary>
    public long StartMs { get; init; } = 1_800_000_000_000;
}
