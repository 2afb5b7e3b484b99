using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

/// <summary>One job as the slow model keeps it: everything in the open, nothing shared with the real one.</summary>
internal sealed class ModelJob
{
    public JobState State;
    public CommandNumber Version;
    public UnixMs Trigger;
    public UnixMs Due;
    public UnixMs Created;
    public long ExpiresAt;
    public long ExpireAfterMs;
    public RouteKey Route;
    public CommandNumber RouteRevision;
    public DeliveryMode Mode;
    public UInt128 Sameness;
    public byte[] Meta = [];
    public int AttemptCount;
    public int Failed;
    public ushort Status;
    public bool InBacklog;
    public UnixMs Finished;
    public CommandNumber UnknownClaim;
    public ModelClaim? Claim;
    public List<AttemptRecord> Attempts = [];
    public List<(RequestId Id, UnixMs Time, JobAnswer Answer)> Requests = [];

    public bool IsLive => State is JobState.Scheduled or JobState.Retrying;

    public bool IsWaiting => IsLive && Claim is null;

    public JobState Shown => Claim is null ? State : JobState.Claimed;

    public int ShownAttempts => AttemptCount + (Claim is null ? 0 : 1);
}

/// <summary>An open claim in the model.</summary>
internal sealed record ModelClaim(CommandNumber Number, DeliveryMode Mode, UnixMs At, int AttemptsMax)
{
    public bool IsStopped { get; set; }
}
