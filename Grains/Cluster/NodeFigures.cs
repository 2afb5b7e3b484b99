namespace TimeMachine.Grains.Cluster;

/// <summary>What a node counts, at one moment.</summary>
internal sealed record NodeFigures
{
    /// <summary>Whether everything that it leads can fire.</summary>
    public bool IsReady { get; init; }

    /// <summary>How late the oldest due job is that its route could send all along, in ms.</summary>
    public long OldestDueUnfiredMs { get; init; }

    /// <summary>How far its clock is ahead of the lower median, in ms.</summary>
    public long ClockSkewMs { get; init; }

    /// <summary>Jobs of the near window in memory.</summary>
    public int ArmedJobs { get; init; }

    /// <summary>Claims without an outcome.</summary>
    public int OpenClaims { get; init; }

    /// <summary>Routes whose recipients could not be reached: their jobs wait.</summary>
    public int HeldRoutes { get; init; }

    /// <summary>Vnodes that it leads.</summary>
    public int Leaders { get; init; }

    /// <summary>Replicas of vnodes that it has.</summary>
    public int Replicas { get; init; }

    /// <summary>Vnodes that are damaged and have no other copy.</summary>
    public int DamagedVNodes { get; init; }

    /// <summary>Segments of its log in use.</summary>
    public int LogSegments { get; init; }

    /// <summary>Whether its disk takes no new work.</summary>
    public bool IsStorageFull { get; init; }

    /// <summary>Messages of other nodes that were malformed or of an unknown version, since the start.</summary>
    public long RefusedMessages { get; init; }

    /// <summary>Jobs found due that nothing else knew, since the start: an alarm.</summary>
    public long WheelMissed { get; init; }

    /// <summary>Claims proposed since the start.</summary>
    public long ClaimsProposed { get; init; }

    /// <summary>Claims that had no effect when applied, since the start.</summary>
    public long ClaimsRefused { get; init; }

    /// <summary>Claims taken over from a leader before, since the start.</summary>
    public long ClaimsInherited { get; init; }

    /// <summary>Claims given back because a check before the write refused, since the start.</summary>
    public long SendsReleased { get; init; }

    /// <summary>Jobs that expired, since the start.</summary>
    public long JobsExpired { get; init; }
}
