namespace TimeMachine.Simulation.Workload;

/// <summary>What is done to a route.</summary>
public enum RoutePlanKind : byte
{
    /// <summary>PUT with all settings.</summary>
    Put = 1,

    /// <summary>POST .../pause.</summary>
    Pause = 2,

    /// <summary>POST .../resume.</summary>
    Resume = 3,

    /// <summary>DELETE, by force or not.</summary>
    Delete = 4,
}

/// <summary>One operation on a route, as drawn.</summary>
public sealed record RoutePlan
{
    /// <summary>What it asks.</summary>
    public required RoutePlanKind Kind { get; init; }

    /// <summary>The route's id.</summary>
    public required string Route { get; init; }

    /// <summary>Delete: whether unfinished jobs do not stop it.</summary>
    public bool IsForced { get; init; }

    /// <summary>Put: whether deliveries are at most once.</summary>
    public bool IsAtMostOnce { get; init; }

    /// <summary>Put: the sender's timeout in milliseconds.</summary>
    public int TimeoutMs { get; init; } = 5_000;

    /// <summary>Put: the failed attempts until the job is dead.</summary>
    public int AttemptsMax { get; init; } = 5;

    /// <summary>Put: the first wait before a retry, in milliseconds.</summary>
    public int BackoffInitialMs { get; init; } = 200;

    /// <summary>Put: the longest wait before a retry, in milliseconds.</summary>
    public int BackoffMaxMs { get; init; } = 5_000;

    /// <summary>Put: requests open at once, 0: no limit.</summary>
    public int Concurrency { get; init; }

    /// <summary>Put: requests begun in a second, 0: no limit.</summary>
    public int RatePerSecond { get; init; }

    /// <summary>The route as the checkers name it.</summary>
    public string Key => $"{JobPlan.Database}/{Route}";
}
