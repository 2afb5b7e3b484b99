using System.Collections.Immutable;
using System.Globalization;
using TimeMachine.Core.Jobs;
using TimeMachine.Grains.Interfaces;
using Attempt = TimeMachine.Grains.Interfaces.Attempt;

namespace TimeMachine.Grains.Front;

/// <summary>The core's answers in the words of the contract.</summary>
internal static class Replies
{
    private const int SoonMs = 1_000;

    /// <summary>The longest until a job that remembers too many requests forgets one, in ms.</summary>
    private static readonly int CalmMs = (int)new JobOptions().RequestAgeMs;

    /// <summary>The refusal of an answer; null if it is none.</summary>
    public static ErrorReply? ErrorOf(in JobAnswer answer)
    {
        if (answer.IsOk)
        {
            return null;
        }

        var details = ImmutableSortedDictionary<string, string>.Empty;
        if (answer.Version.Value > 0)
        {
            details = details.Add("version", answer.Version.Value.ToString(CultureInfo.InvariantCulture));
        }

        if (answer.State != 0)
        {
            details = details.Add("state", NameOf(answer.State));
        }

        if (answer.UnfinishedCount > 0)
        {
            details = details.Add("unfinished", answer.UnfinishedCount.ToString(CultureInfo.InvariantCulture));
        }

        return ErrorOf(answer.Code) with { Details = details };
    }

    /// <summary>A refusal without details.</summary>
    public static ErrorReply ErrorOf(ErrorCode code) =>
        new(string.Create(CultureInfo.InvariantCulture, $"E{(int)code:000}"), MessageOf(code))
        {
            RetryAfterMs = RetryAfterMsOf(code),
        };

    /// <summary>The reply to a request for one job.</summary>
    public static JobReply JobReplyOf(string id, in JobAnswer answer) => new()
    {
        Error = ErrorOf(answer),
        Id = id,
        Version = answer.Version.Value,
        Offset = answer.Offset.Value,
        State = (JobStatus)answer.State,
        IsNew = answer.IsNew,
        Deleted = (DeleteOutcome)answer.Cancel,
        AttemptCount = answer.AttemptCount,
        Job = answer.View is { } view ? JobOf(view) : null,
    };

    /// <summary>A job as it is.</summary>
    public static Job JobOf(JobView view) => new()
    {
        Database = view.Key.Database,
        Collection = view.Key.Collection,
        Id = view.Key.Id,
        State = (JobStatus)view.State,
        Version = view.Version.Value,
        TriggerTimeMs = view.TriggerTime.Value,
        CreatedAtMs = view.CreatedAt.Value,
        Route = view.Route.Id,
        Mode = (Interfaces.Delivery)view.Mode,
        ExpireAfterMs = view.ExpireAfterMs > 0 ? view.ExpireAfterMs : null,
        Meta = view.Meta,
        AttemptCount = view.AttemptCount,
        Attempts = [.. view.Attempts.Select(AttemptOf)],
        LastStatus = view.LastStatus,
        LatenessMs = view.AttemptCount > 0 ? view.LatenessMs : null,
        IsStopped = view.IsStopped,
        DueMs = view.Due.Value,
    };

    private static Attempt AttemptOf(AttemptRecord attempt) => new(
        attempt.Number,
        attempt.At.Value,
        attempt.HttpStatus,
        attempt.Error == AttemptError.None ? null : NameOf(attempt.Error),
        attempt.DurationMs);

    private static string NameOf(AttemptError error) => error switch
    {
        AttemptError.Status => "status",
        AttemptError.Timeout => "timeout",
        AttemptError.Connect => "connect",
        AttemptError.Broken => "broken",
        AttemptError.LeaderLost => "leader_lost",
        AttemptError.RouteDeleted => "route_deleted",
        AttemptError.TargetForbidden => "target_forbidden",
        _ => throw new InvalidDataException($"An attempt failed in an unknown way: {(byte)error}."),
    };

    private static string NameOf(JobState state) => state switch
    {
        JobState.Scheduled => "scheduled",
        JobState.Claimed => "claimed",
        JobState.Retrying => "retrying",
        JobState.Delivered => "delivered",
        JobState.Dead => "dead",
        JobState.Unknown => "unknown",
        JobState.Cancelled => "cancelled",
        JobState.Expired => "expired",
        _ => throw new InvalidDataException($"A job is in an unknown state: {(byte)state}."),
    };

    private static int RetryAfterMsOf(ErrorCode code) => code switch
    {
        ErrorCode.NotLeader or ErrorCode.Overloaded or ErrorCode.ProposalLost or ErrorCode.OutcomeUnknown
            or ErrorCode.Unavailable or ErrorCode.StorageFull or ErrorCode.VNodeFull => SoonMs,
        ErrorCode.TooManyRequests => CalmMs,
        _ => 0,
    };

    private static string MessageOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidRequest => "The request is malformed, or a field is out of its range.",
        ErrorCode.JobNotFound => "There is no such job, or its retention is over.",
        ErrorCode.JobExists => "The id is taken by a job with other content.",
        ErrorCode.VersionMismatch => "The present version is another one than the request names.",
        ErrorCode.TooLate => "The job is claimed or was attempted: it can no longer be replaced.",
        ErrorCode.Finished => "The job is finished already.",
        ErrorCode.BodyDropped => "The job's body was dropped with its delivery.",
        ErrorCode.NotRedrivable => "The job is not dead or unknown, so there is nothing to redrive.",
        ErrorCode.TooManyRequests => "The job was changed too often within a minute.",
        ErrorCode.RouteNotFound => "There is no such route.",
        ErrorCode.RouteDeleted => "The route was deleted.",
        ErrorCode.RouteInUse => "The route has unfinished jobs.",
        ErrorCode.VNodeFull => "A limit of the store is reached.",
        ErrorCode.NotLeader => "Nobody leads the job's shard just now. Nothing was done.",
        ErrorCode.Overloaded => "A queue is at its limit. Nothing was done.",
        ErrorCode.ProposalLost => "The change was overtaken by a change of leader. Nothing was done.",
        ErrorCode.OutcomeUnknown =>
            "No answer came in time: the change may or may not take effect. Repeat it with the same Idempotency-Key.",
        ErrorCode.Unavailable => "No leader answered in time. Nothing was done.",
        ErrorCode.StorageFull => "Too little disk space is left for new jobs. Nothing was done.",
        ErrorCode.VNodeDamaged => "The only copy of the job's shard is damaged: an operator is needed.",
        ErrorCode.UnsupportedFormat => "Another node speaks a newer version.",
        ErrorCode.MalformedFormat => "Another node spoke in a form that is not known.",
        ErrorCode.KeyReused => "The Idempotency-Key came before with another request.",
        ErrorCode.IncarnationActive => "Another disk of the same node was heard of too recently.",
        _ => "The request was refused.",
    };
}
