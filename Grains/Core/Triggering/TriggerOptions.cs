namespace TimeMachine.Core.Triggering;

/// <summary>Limits of a node's triggering. Plain values; the shell checks their ranges.</summary>
public sealed record TriggerOptions
{
    /// <summary>
    /// How far ahead jobs are kept in memory, in ms: at most 65,000. It shrinks when memory is used up.
    /// </summary>
    public int WindowMs { get; init; } = 60_000;

    /// <summary>The shortest window, in ms.</summary>
    public int WindowMinMs { get; init; } = 1_000;

    /// <summary>The most waiting jobs in memory; the rest is read later by cursor.</summary>
    public int ArmedMax { get; init; } = 200_000;

    /// <summary>Above so many jobs that are due and not admitted, cursors stand still.</summary>
    public int QueuedMax { get; init; } = 16_384;

    /// <summary>The most claims that are committed or proposed and not resolved.</summary>
    public int ClaimsMax { get; init; } = 4_096;

    /// <summary>How far ahead of its due time a job is claimed, in ms. The state machine refuses more.</summary>
    public int ClaimLeadMs { get; init; } = 20;

    /// <summary>Jobs are taken up in steps of so many ms, so that one entry carries many claims.</summary>
    public int ClaimStepMs { get; init; } = 4;

    /// <summary>The most claims of one route in a turn, before the next route has its turn.</summary>
    public int RouteQuantum { get; init; } = 64;

    /// <summary>By when a claim must be sent, in ms after it was proposed.</summary>
    public int SendWithinMs { get; init; } = 1_000;

    /// <summary>
    /// How long after its timeout an attempt without a report of the sender counts as timed out, in ms: half of it, and
    /// the other half from when that was seen to be over, since a process that stood still did not hear its senders.
    /// </summary>
    public int AttemptGraceMs { get; init; } = 5_000;

    /// <summary>
    /// How long a new leader waits for the outcomes of inherited claims before it acts on them, in ms.
    /// </summary>
    public int InheritGraceMs { get; init; } = 100;

    /// <summary>How long a handover waits for the outcomes of open claims, in ms.</summary>
    public int HandoverMs { get; init; } = 10_000;

    /// <summary>In a handover, a route with a claim that is committed or sent for so long, in ms, is slow: it makes no
    /// new ones, and the others go on until its open ones are over.</summary>
    public int HandoverSlowMs { get; init; } = 250;

    /// <summary>How long all routes of a group stand still at a time, in ms, so that it can be handed over: at most
    /// half of <see cref="HandoverMs"/>.</summary>
    public int HandoverStopMs { get; init; } = 500;

    /// <summary>How long a refused proposal waits before it is made again, in ms.</summary>
    public int ProposeAgainMs { get; init; } = 20;

    /// <summary>How often an outcome is handed to the group's new leader.</summary>
    public int ForwardTries { get; init; } = 4;

    /// <summary>How long between these tries, in ms.</summary>
    public int ForwardEveryMs { get; init; } = 300;

    /// <summary>How often a group's due jobs are swept, in ms; a lost wake-up ends after so long.</summary>
    public int SweepMs { get; init; } = 1_000;

    /// <summary>How often a group without any change is swept, in ms.</summary>
    public int QuietSweepMs { get; init; } = 10_000;

    /// <summary>The watermark stays so far behind the due clock, in ms.</summary>
    public int WatermarkLagMs { get; init; } = 5_000;

    /// <summary>The most rows that one scan looks at.</summary>
    public int ScanRowsMax { get; init; } = 1_000;

    /// <summary>A scan without an answer counts as lost after so long, in ms.</summary>
    public int ScanLostMs { get; init; } = 10_000;

    /// <summary>The jobs of one route that stay in memory while the route cannot keep up.</summary>
    public int RouteQueueKeep { get; init; } = 1_024;

    /// <summary>The rows that are read of one group's backlog of a route at once.</summary>
    public int BacklogRows { get; init; } = 128;

    /// <summary>A route that admits nothing for so long has its due jobs filed under it, in ms.</summary>
    public int RefileAfterMs { get; init; } = 1_000;

    /// <summary>The most jobs that are filed in a turn.</summary>
    public int RefileBatch { get; init; } = 256;

    /// <summary>A route that may not send is looked at again after so long, in ms, if nothing says so before.</summary>
    public int BlockedRetryMs { get; init; } = 500;

    /// <summary>A route without a free slot is looked at again after so long, in ms: one step of a rate.</summary>
    public int SlotRetryMs { get; init; } = 10;

    /// <summary>A route is gone when a table that was confirmed for so long does not hold it, in ms.</summary>
    public int RouteGoneMs { get; init; } = 2_500;

    /// <summary>The floor of due rows moves at most so often, and by at least so much, in ms.</summary>
    public int FloorStepMs { get; init; } = 30_000;

    /// <summary>The floors of finished jobs move so often, in ms.</summary>
    public int FinishedFloorEveryMs { get; init; } = 600_000;

    /// <summary>How long delivered, cancelled and expired jobs stay readable, in ms.</summary>
    public long FinishedRetentionMs { get; init; } = 24 * 3_600_000L;

    /// <summary>How long dead and unknown jobs stay readable, in ms.</summary>
    public long DeadRetentionMs { get; init; } = 7 * 24 * 3_600_000L;

    /// <summary>The longest Retry-After that is obeyed, in ms.</summary>
    public int RetryAfterMaxMs { get; init; } = 3_600_000;
}
