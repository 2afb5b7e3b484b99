namespace TimeMachine.Core.Jobs;

/// <summary>What an applied command means for the triggering of its vnode's leader.</summary>
public enum JobEffectKind : byte
{
    /// <summary>The version waits at its due time: unfinished and unclaimed.</summary>
    Armed = 1,

    /// <summary>The version waits no more.</summary>
    Disarmed = 2,

    /// <summary>An attempt is committed.</summary>
    Claimed = 3,

    /// <summary>A claim had no effect: what was reserved for it is free.</summary>
    ClaimRefused = 4,

    /// <summary>A claim is over, or an outcome came too late for it.</summary>
    Settled = 5,

    /// <summary>A claimed job was deleted: if nothing was sent yet, nothing is.</summary>
    Stopped = 6,
}

/// <summary>One effect. All kinds share the struct.</summary>
public readonly record struct JobEffect
{
    /// <summary>What it means.</summary>
    public required JobEffectKind Kind { get; init; }

    /// <summary>The job.</summary>
    public required JobKey Key { get; init; }

    /// <summary>Its version.</summary>
    public required CommandNumber Version { get; init; }

    /// <summary>When the next attempt, or the claimed one, is due.</summary>
    public UnixMs Due { get; init; }

    /// <summary>Where it goes.</summary>
    public RouteKey Route { get; init; }

    /// <summary>Armed: as the job says. Claimed: as in force.</summary>
    public DeliveryMode Mode { get; init; }

    /// <summary>When it is of no use any more; 0 for never.</summary>
    public UnixMs ExpiresAt { get; init; }

    /// <summary>Whether it is filed under its route.</summary>
    public bool InBacklog { get; init; }

    /// <summary>How many attempts are recorded.</summary>
    public int AttemptCount { get; init; }

    /// <summary>When the job triggers: the time that its lateness counts from.</summary>
    public UnixMs TriggerTime { get; init; }

    /// <summary>
    /// Claimed, ClaimRefused, Settled, Stopped: the claim. Of a refused one: the number it would have had.
    /// </summary>
    public CommandNumber Claim { get; init; }

    /// <summary>Claimed: the attempt's number.</summary>
    public int Attempt { get; init; }

    /// <summary>Claimed: the revision of the route in force.</summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>Claimed: the time that the attempt may take, in ms.</summary>
    public int TimeoutMs { get; init; }

    /// <summary>Claimed: how many failed attempts end the job.</summary>
    public int AttemptsMax { get; init; }

    /// <summary>Claimed: how many attempts have failed before.</summary>
    public int FailedCount { get; init; }

    /// <summary>Claimed: by when it must be sent.</summary>
    public UnixMs SendBy { get; init; }

    /// <summary>Claimed: the body.</summary>
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>Claimed: the trace that asked for the job.</summary>
    public TraceContext Trace { get; init; }

    /// <summary>Settled: the job's state now.</summary>
    public JobState State { get; init; }

    /// <summary>ClaimRefused: why.</summary>
    public ErrorCode Code { get; init; }
}
