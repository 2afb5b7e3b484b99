namespace TimeMachine.Core.Jobs;

/// <summary>A job as a reader sees it.</summary>
public sealed partial record JobView
{
    /// <summary>The job.</summary>
    public required JobKey Key { get; init; }

    /// <summary>Its state; an open claim shows as claimed.</summary>
    public required JobState State { get; init; }

    /// <summary>The command number of what wrote it.</summary>
    public required CommandNumber Version { get; init; }

    /// <summary>When it triggers.</summary>
    public UnixMs TriggerTime { get; init; }

    /// <summary>When its next attempt is due.</summary>
    public UnixMs Due { get; init; }

    /// <summary>When it was created.</summary>
    public UnixMs CreatedAt { get; init; }

    /// <summary>Where it goes.</summary>
    public RouteKey Route { get; init; }

    /// <summary>How often it may be sent.</summary>
    public DeliveryMode Mode { get; init; }

    /// <summary>How long after its trigger time it is of use, in ms; 0 for ever.</summary>
    public long ExpireAfterMs { get; init; }

    /// <summary>What it delivers; empty once the body is dropped.</summary>
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>How many attempts were made, one under way included.</summary>
    public int AttemptCount { get; init; }

    /// <summary>The attempts that the history keeps; of unfinished, dead and unknown jobs.</summary>
    public IReadOnlyList<AttemptRecord> Attempts { get; init; } = [];

    /// <summary>The status of the last attempt; 0 if none came.</summary>
    public ushort LastStatus { get; init; }

    /// <summary>
    /// How late the last attempt was sent, in ms behind its due time (behind the creation if that was later); 0 if none
    /// was.
    /// </summary>
    public long LatenessMs { get; init; }

    /// <summary>Whether it was deleted while claimed.</summary>
    public bool IsStopped { get; init; }
}
