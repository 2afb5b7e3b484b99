using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <summary>Where a claim is on this node.</summary>
internal enum ClaimStage : byte
{
    /// <summary>Made by an earlier leader; nothing of it is sent from here.</summary>
    Inherited = 1,

    /// <summary>Proposed and not applied: it has no number yet.</summary>
    Proposed = 2,

    /// <summary>Committed and not sent.</summary>
    Ready = 3,

    /// <summary>The sender was told to write it.</summary>
    Sending = 4,

    /// <summary>Its outcome is known and waits to be proposed.</summary>
    Ended = 5,

    /// <summary>Its outcome is proposed and not applied.</summary>
    Resolving = 6,
}

/// <summary>One claim that this node answers for, from its proposal until its outcome is applied.</summary>
internal sealed class ClaimRecord
{
    public required LedGroup Group { get; set; }

    public required JobKey Key { get; init; }

    public required CommandNumber Version { get; init; }

    public required int Attempt { get; init; }

    public required DeliveryMode Mode { get; init; }

    public required UnixMs Due { get; init; }

    /// <summary>The route at the revision of the claim; null for inherited claims.</summary>
    public Route? Route { get; init; }

    /// <summary>The queue that the claim counts in; null for inherited claims, which take no slot.</summary>
    public RouteQueue? Queue { get; init; }

    public ClaimStage Stage { get; set; }

    /// <summary>Since when it waits to be sent, or is being sent.</summary>
    public MonoMs SendingSince { get; set; }

    public CommandNumber Number { get; set; }

    /// <summary>The inherited claim that it takes the place of.</summary>
    public CommandNumber Supersedes { get; init; }

    public long ProposalId { get; set; }

    public bool IsStopped { get; set; }

    /// <summary>Of a proposed claim: how the job waits if the claim is refused; null if it waits no more.</summary>
    public DueJob? WaitsAs { get; set; }

    public bool WaitsInBacklog { get; set; }

    /// <summary>Of a proposed claim: the log said since that the job waits.</summary>
    public bool IsRearmed { get; set; }

    /// <summary>Of an inherited claim: what the applied state says of it.</summary>
    public ClaimView Inherited { get; init; }

    public UnixMs TriggerTime { get; set; }

    public ReadOnlyMemory<byte> Meta { get; set; }

    public TraceContext Trace { get; set; }

    public int FailedCount { get; set; }

    /// <summary>By when it must be sent, counted from its proposal.</summary>
    public MonoMs SendDeadline { get; init; }

    /// <summary>When the engine looks at it again; timers of another time are void.</summary>
    public MonoMs TimerAt { get; set; }

    public UnixMs SentAt { get; set; }

    /// <summary>Its sender should have reported by now and gets the rest of the grace.</summary>
    public bool IsOverdue { get; set; }

    /// <summary>The send slot of the gate was taken.</summary>
    public bool IsWritten { get; set; }

    /// <summary>The gate's slot is held.</summary>
    public bool HoldsGate { get; set; }

    /// <summary>A slot of the node and of its route is held.</summary>
    public bool HoldsSlot { get; set; }

    /// <summary>The outcome that is to be applied; null while it is open.</summary>
    public JobCommand? Outcome { get; set; }

    /// <summary>The claim of the same job that was the newest before; it may be over.</summary>
    public ClaimRecord? Older { get; set; }

    public bool IsRemoved { get; set; }

    /// <summary>Its place in the group's list.</summary>
    public int ListIndex { get; set; }
}
