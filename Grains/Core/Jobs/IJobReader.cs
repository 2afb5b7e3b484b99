namespace TimeMachine.Core.Jobs;

/// <summary>A job that waits, as a scan finds it.</summary>
/// <param name="Key">The job.</param>
/// <param name="Version">Its version.</param>
/// <param name="Due">When its next attempt is due.</param>
/// <param name="Route">Where it goes.</param>
/// <param name="Mode">How often it may be sent.</param>
/// <param name="ExpiresAt">When it is of no use any more; 0 for never.</param>
/// <param name="AttemptCount">How many attempts are recorded.</param>
public readonly record struct DueJob(
    JobKey Key,
    CommandNumber Version,
    UnixMs Due,
    RouteKey Route,
    DeliveryMode Mode,
    UnixMs ExpiresAt,
    int AttemptCount);

/// <summary>A place in a vnode's due order: the pair, since many jobs share a millisecond.</summary>
/// <param name="Due">The due time.</param>
/// <param name="Key">The job; empty stands before all jobs of that time.</param>
public readonly record struct DuePosition(UnixMs Due, JobKey Key);

/// <summary>An open claim.</summary>
/// <param name="Key">The job.</param>
/// <param name="Version">Its version.</param>
/// <param name="Number">The claim's own number.</param>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Route">Where it goes.</param>
/// <param name="Mode">How often it may be sent, as in force.</param>
/// <param name="Due">The due time of the attempt.</param>
/// <param name="IsStopped">Whether the job was deleted meanwhile.</param>
public readonly record struct ClaimView(
    JobKey Key,
    CommandNumber Version,
    CommandNumber Number,
    int Attempt,
    RouteKey Route,
    DeliveryMode Mode,
    UnixMs Due,
    bool IsStopped)
{
    /// <summary>How many failed attempts the job has.</summary>
    public int FailedCount { get; init; }

    /// <summary>When the job is of no use any more; 0 for never.</summary>
    public UnixMs ExpiresAt { get; init; }
}

/// <summary>What triggering reads of a vnode's applied state.</summary>
public interface IJobReader
{
    /// <summary>The applied index that reads see.</summary>
    public LogIndex Applied { get; }

    /// <summary>The newest time in the log.</summary>
    public UnixMs LogTime { get; }

    /// <summary>No waiting job outside of the backlogs is due before.</summary>
    public UnixMs DueFloor { get; }

    /// <summary>The open claims, by number.</summary>
    public IReadOnlyList<ClaimView> OpenClaims { get; }

    /// <summary>The routes that have a backlog, in order.</summary>
    public IReadOnlyList<RouteKey> RoutesWithBacklog { get; }

    /// <summary>How many unfinished jobs a route has.</summary>
    public long UnfinishedByRoute(RouteKey route);

    /// <summary>Finds waiting jobs in due order: unfinished, unclaimed, not in a backlog.</summary>
    /// <param name="from">Where to begin, this place included.</param>
    /// <param name="toExclusive">The due time to stop before.</param>
    /// <param name="rowsMax">The most rows to look at.</param>
    /// <param name="into">Takes the jobs found.</param>
    /// <returns>Where to go on; its due time is <paramref name="toExclusive"/> if all was seen.</returns>
    public DuePosition ScanDue(DuePosition from, UnixMs toExclusive, int rowsMax, List<DueJob> into);

    /// <summary>Finds the waiting jobs of a route's backlog in due order.</summary>
    /// <returns>Where to go on; null if all was seen.</returns>
    public DuePosition? ScanBacklog(RouteKey route, DuePosition from, int rowsMax, List<DueJob> into);
}
