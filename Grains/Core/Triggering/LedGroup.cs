using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <summary>What a node keeps of one group while it leads it. Another term is another object.</summary>
internal sealed class LedGroup(GroupId id, Term term, ClockView clock, UnixMs dueFloor)
{
    public GroupId Id { get; } = id;

    public Term Term { get; } = term;

    public ClockView Clock { get; set; } = clock;

    /// <summary>Leadership is over: what is left of it only waits for outcomes.</summary>
    public bool IsOver { get; set; }

    /// <summary>Since when it is to be handed over; null if it is not.</summary>
    public MonoMs? HandoverSince { get; set; }

    /// <summary>Since when no new claims are made, in a handover; null if they are.</summary>
    public MonoMs? StoppedSince { get; set; }

    /// <summary>Routes of which no new claims are made until the handover is over: their attempts take long.</summary>
    public HashSet<RouteQueue> SlowRoutes { get; } = [];

    /// <summary>Until when no new claims are made, since a proposal was refused; null if they are.</summary>
    public MonoMs? HeldUntil { get; set; }

    /// <summary>Whether a handover keeps jobs of a route waiting.</summary>
    public bool IsHeldBack(RouteQueue route) => StoppedSince is not null || SlowRoutes.Contains(route);

    /// <summary>Whether new claims of a route are made.</summary>
    public bool MayClaim(RouteQueue route) => HeldUntil is null && !IsHeldBack(route);

    /// <summary>The first of its waiting jobs in memory.</summary>
    public int FirstPending { get; set; } = PendingJobs.None;

    /// <summary>Everything due before it is in memory, or was when it was read.</summary>
    public ScanCursor Window { get; } = new(new DuePosition(dueFloor, default));

    /// <summary>Where sweeps begin: no job that waits outside of the backlogs is due before.</summary>
    public UnixMs Watermark { get; set; } = dueFloor;

    /// <summary>The claims that are not resolved, in no order of meaning.</summary>
    public List<ClaimRecord> Claims { get; } = [];

    /// <summary>The same by number: those that are committed.</summary>
    public Dictionary<CommandNumber, ClaimRecord> ClaimsByNumber { get; } = [];

    /// <summary>The newest claim of each job.</summary>
    public Dictionary<JobKey, ClaimRecord> ClaimsByKey { get; } = [];

    /// <summary>
    /// Versions that stopped waiting since the oldest scan under way was asked for: its answer may be older.
    /// </summary>
    public Dictionary<JobKey, CommandNumber> GoneSinceScan { get; } = [];

    public int ScansUnderWay { get; set; }

    /// <summary>Commands that wait for the end of the turn.</summary>
    public List<(JobCommand Command, ClaimRecord? Claim)> Outbox { get; } = [];

    /// <summary>When the group's own work is next looked at.</summary>
    public MonoMs TimerAt { get; set; }

    /// <summary>The sweep under way.</summary>
    public SweepState Sweep { get; } = new();

    public MonoMs NextFloorAt { get; set; }

    public MonoMs NextFinishedFloorAt { get; set; }

    /// <summary>The floor as applied at the start, or proposed since.</summary>
    public UnixMs FloorProposed { get; set; } = dueFloor;

    /// <summary>Whether jobs left the due index since the floor was moved: else there is nothing to gain.</summary>
    public bool HasDoneSinceFloor { get; set; } = true;
}
