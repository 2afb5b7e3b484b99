namespace TimeMachine.Core.Jobs;

/// <summary>What a command does. Numbers are stable and append-only.</summary>
public enum JobCommandKind : byte
{
    /// <summary>See <see cref="JobRequestKind.Create"/>.</summary>
    Create = 1,

    /// <summary>See <see cref="JobRequestKind.Upsert"/>.</summary>
    Upsert = 2,

    /// <summary>See <see cref="JobRequestKind.Cancel"/>.</summary>
    Cancel = 3,

    /// <summary>See <see cref="JobRequestKind.RunNow"/>.</summary>
    RunNow = 4,

    /// <summary>See <see cref="JobRequestKind.Redrive"/>.</summary>
    Redrive = 5,

    /// <summary>Commits an attempt before it is made.</summary>
    Claim = 6,

    /// <summary>Resolves an attempt.</summary>
    Outcome = 7,

    /// <summary>Ends a job that is of no use any more.</summary>
    Expire = 8,

    /// <summary>Ends a job whose route is gone.</summary>
    RouteGone = 9,

    /// <summary>Files a job under its route, or back under its due time.</summary>
    Refile = 10,

    /// <summary>Moves the floor of the due rows.</summary>
    AdvanceDueFloor = 11,

    /// <summary>Moves the floors of the finished jobs.</summary>
    AdvanceFinishedFloor = 12,

    /// <summary>Refuses creates for an older revision of a route, and counts its unfinished jobs.</summary>
    FenceRoute = 13,
}

/// <summary>
/// One command, decoded. All kinds share the class; a kind uses the fields that its builder sets. Everything that apply
/// needs is inside: time, ids and random draws are put in by the proposer.
/// </summary>
public sealed record JobCommand
{
    /// <summary>What it does.</summary>
    public required JobCommandKind Kind { get; init; }

    /// <summary>The request that it stands for; none for the leader's own.</summary>
    public RequestId RequestId { get; init; }

    /// <summary>The proposer's due clock.</summary>
    public UnixMs Time { get; init; }

    /// <summary>The job; empty for floors and fences.</summary>
    public JobKey Key { get; init; }

    /// <summary>The version meant.</summary>
    public CommandNumber Version { get; init; }

    /// <summary>Create, upsert: when to trigger.</summary>
    public UnixMs TriggerTime { get; init; }

    /// <summary>Create, upsert, claim, fence: the route.</summary>
    public RouteKey Route { get; init; }

    /// <summary>
    /// Create, upsert: the revision known at the first hop. Claim: the one in force. Fence: the one fenced.
    /// </summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>Claim: the revision at which the route was created.</summary>
    public CommandNumber RouteCreated { get; init; }

    /// <summary>Create, upsert: as asked. Claim: as in force.</summary>
    public DeliveryMode Mode { get; init; }

    /// <summary>Create, upsert: the body.</summary>
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>Create, upsert: the trace that asked.</summary>
    public TraceContext Trace { get; init; }

    /// <summary>Create, upsert: how long it is of use, in ms; 0 for ever.</summary>
    public long ExpireAfterMs { get; init; }

    /// <summary>Create, upsert: the hash of the fields as sent.</summary>
    public UInt128 Sameness { get; init; }

    /// <summary>Upsert, cancel: the version that must be there; -1 for none; null for any.</summary>
    public CommandNumber? IfMatch { get; init; }

    /// <summary>Claim: the attempt's number.</summary>
    public int Attempt { get; init; }

    /// <summary>Claim: the time that an attempt may take, in ms.</summary>
    public int TimeoutMs { get; init; }

    /// <summary>Claim: how many failed attempts end the job.</summary>
    public int AttemptsMax { get; init; }

    /// <summary>Claim: the due time of the attempt. Retry: of the next.</summary>
    public UnixMs Due { get; init; }

    /// <summary>Claim: by when it must be sent.</summary>
    public UnixMs SendBy { get; init; }

    /// <summary>Claim: the inherited claim that it takes the place of. Outcome: the claim that it resolves.</summary>
    public CommandNumber Claim { get; init; }

    /// <summary>Outcome: what became of the attempt.</summary>
    public OutcomeKind Outcome { get; init; }

    /// <summary>Outcome: when the attempt was sent.</summary>
    public UnixMs At { get; init; }

    /// <summary>Outcome: the status; 0 if none came.</summary>
    public ushort HttpStatus { get; init; }

    /// <summary>Outcome: why it failed.</summary>
    public AttemptError Error { get; init; }

    /// <summary>Outcome: from the sending to the outcome, in ms.</summary>
    public int DurationMs { get; init; }

    /// <summary>
    /// Outcome: whether provably nothing was written. Refile: whether to the backlog. Fence: whether forced.
    /// </summary>
    public bool Flag { get; init; }

    /// <summary>Floors: the new floor of due rows, or of delivered, cancelled and expired jobs.</summary>
    public UnixMs Floor { get; init; }

    /// <summary>Finished floors: the new floor of dead and unknown jobs.</summary>
    public UnixMs DeadFloor { get; init; }

    /// <summary>Due floor: the applied index that its scan saw.</summary>
    public LogIndex AsOf { get; init; }

    /// <summary>Makes the command of a client's request.</summary>
    /// <param name="request">The request; not a Get.</param>
    /// <param name="time">The proposer's due clock.</param>
    public static JobCommand From(JobRequest request, UnixMs time) => new()
    {
        Kind = KindOf(request.Kind),
        RequestId = request.RequestId,
        Time = time,
        Key = request.Key,
        TriggerTime = request.TriggerTime ?? (time + request.DelayMs),
        Route = request.Route,
        RouteRevision = request.RouteRevision,
        Mode = request.Mode,
        Meta = request.Meta,
        Trace = request.Trace,
        ExpireAfterMs = request.ExpireAfterMs,
        Sameness = request.Kind == JobRequestKind.Create ? request.Sameness() : default,
        IfMatch = request.IfMatch,
    };

    private static JobCommandKind KindOf(JobRequestKind kind)
    {
        switch (kind)
        {
            case JobRequestKind.Create:
                return JobCommandKind.Create;
            case JobRequestKind.Upsert:
                return JobCommandKind.Upsert;
            case JobRequestKind.Cancel:
                return JobCommandKind.Cancel;
            case JobRequestKind.RunNow:
                return JobCommandKind.RunNow;
            case JobRequestKind.Redrive:
                return JobCommandKind.Redrive;
            default:
                Invariant.Fail("a read is no command");
                return default;
        }
    }
}
