using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <summary>A waiting job of a led group, in memory.</summary>
internal struct PendingJob
{
    public LedGroup Group;
    public RouteQueue Queue;
    public JobKey Key;
    public CommandNumber Version;
    public UnixMs Due;
    public UnixMs ExpiresAt;

    /// <summary>Orders jobs of one millisecond by when they became known.</summary>
    public long Order;

    /// <summary>The inherited claim that its claim takes the place of; none for most.</summary>
    public CommandNumber Supersedes;

    public MonoMs QueuedAt;
    public int AttemptCount;
    public DeliveryMode Mode;
    public bool InBacklog;

    /// <summary>In its route's queue; else in the wheel.</summary>
    public bool IsQueued;

    internal int HashNext;
    internal int GroupNext;
    internal int GroupPrevious;
}
