using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

/// <summary>
/// The rules of a vnode's jobs as plainly as can be: one dictionary, no rows, no hashes, no codecs. Written from the
/// rules, not from the state machine.
/// </summary>
internal sealed partial class VnodeModel(JobOptions options)
{
    private readonly List<(LogIndex Index, UnixMs Due)> _inserts = [];
    private readonly Dictionary<RouteKey, CommandNumber> _fences = [];
    private CommandNumber _number;

    public SortedDictionary<JobKey, ModelJob> Jobs { get; } = [];

    public UnixMs LogTime { get; private set; }

    public UnixMs DueFloor { get; private set; }

    private UnixMs FinishedFloor { get; set; }

    private UnixMs DeadFloor { get; set; }

    public JobAnswer Apply(CommandNumber number, JobCommand command)
    {
        _number = number;
        LogTime = new UnixMs(Math.Max(LogTime.Value, command.Time.Value));
        switch (command.Kind)
        {
            case JobCommandKind.AdvanceDueFloor:
                return MoveDueFloor(command);
            case JobCommandKind.AdvanceFinishedFloor:
                return MoveFinishedFloors(command);
            case JobCommandKind.FenceRoute:
                return Fence(command);
            default:
                break;
        }

        Jobs.TryGetValue(command.Key, out var job);
        var repeated = job?.Requests.FindLast(request => request.Id == command.RequestId);
        if (repeated is { } known && known.Id != RequestId.None)
        {
            return known.Answer;
        }

        var isReused = command.RequestId != RequestId.None
            && job?.Requests.Exists(request => (ulong)request.Id.Value == (ulong)command.RequestId.Value) is true;
        return isReused ? No(ErrorCode.KeyReused) : ApplyToJob(command, job);
    }

    private JobAnswer ApplyToJob(JobCommand command, ModelJob? job) => command.Kind switch
    {
        JobCommandKind.Create => Create(command, job),
        JobCommandKind.Upsert => Upsert(command, job),
        JobCommandKind.Cancel => Cancel(command, job),
        JobCommandKind.RunNow => RunNow(command, job),
        JobCommandKind.Redrive => Redrive(command, job),
        JobCommandKind.Claim => Claim(command, job),
        JobCommandKind.Outcome => Outcome(command, job),
        JobCommandKind.Expire => Expire(command, job),
        JobCommandKind.RouteGone => RouteGone(command, job),
        JobCommandKind.Refile => Refile(command, job),
        _ => throw new InvalidOperationException($"{command.Kind}"),
    };

    private JobAnswer Create(JobCommand command, ModelJob? job)
    {
        if (job is null)
        {
            return Write(command, null);
        }

        return job.Sameness == command.Sameness
            ? new JobAnswer(ErrorCode.None, job.Version, job.Shown) { Offset = job.Version.Index }
            : No(ErrorCode.JobExists);
    }

    private JobAnswer Upsert(JobCommand command, ModelJob? job)
    {
        if (command.IfMatch is { } match && (match.Value == -1 ? job is not null : job?.Version != match))
        {
            return No(ErrorCode.VersionMismatch);
        }

        var wasClaimed = job is { Claim: not null } or { State: JobState.Retrying };
        if (wasClaimed)
        {
            return No(ErrorCode.TooLate);
        }

        return IsCrowded(job) ? No(ErrorCode.TooManyRequests) : Write(command, job);
    }

    private JobAnswer Write(JobCommand command, ModelJob? old)
    {
        if (_fences.TryGetValue(command.Route, out var fence) && command.RouteRevision <= fence)
        {
            return No(ErrorCode.RouteDeleted);
        }

        if (old is not { IsLive: true } && Jobs.Values.Count(job => job.IsLive) >= options.LiveJobsMax)
        {
            return No(ErrorCode.VNodeFull);
        }

        var written = new ModelJob
        {
            State = JobState.Scheduled,
            Version = _number,
            Trigger = command.TriggerTime,
            Due = command.TriggerTime,
            Created = LogTime,
            ExpireAfterMs = command.ExpireAfterMs,
            ExpiresAt = command.ExpireAfterMs == 0 ? 0 : command.TriggerTime.Value + command.ExpireAfterMs,
            Route = command.Route,
            RouteRevision = command.RouteRevision,
            Mode = command.Mode,
            Sameness = command.Sameness,
            Meta = command.Meta.ToArray(),
            Requests = old?.Requests ?? [],
        };
        Jobs[command.Key] = written;
        Insert(written);
        return Keep(written, command, new JobAnswer(ErrorCode.None, _number, JobState.Scheduled)
        { IsNew = old is null, Offset = _number.Index });
    }

    private JobAnswer Cancel(JobCommand command, ModelJob? job)
    {
        if (job is null)
        {
            return No(ErrorCode.JobNotFound);
        }

        if (!job.IsLive)
        {
            return No(ErrorCode.Finished);
        }

        if (IsCrowded(job, reserve: 8))
        {
            return No(ErrorCode.TooManyRequests);
        }

        var attempts = job.ShownAttempts;
        if (job.Claim is { } claim)
        {
            claim.IsStopped = true;
        }
        else
        {
            End(job, JobState.Cancelled);
        }

        return Keep(job, command, new JobAnswer(ErrorCode.None, job.Version, job.Shown)
        {
            Offset = _number.Index,
            Cancel = attempts > 0 ? CancelResult.Stopped : CancelResult.Won,
            AttemptCount = attempts,
        });
    }

    private JobAnswer RunNow(JobCommand command, ModelJob? job)
    {
        if (job is null)
        {
            return No(ErrorCode.JobNotFound);
        }

        if (!job.IsLive)
        {
            return No(job.State == JobState.Delivered ? ErrorCode.BodyDropped : ErrorCode.Finished);
        }

        if (job.Claim is not null || job.State == JobState.Retrying)
        {
            return No(ErrorCode.TooLate);
        }

        if (IsCrowded(job))
        {
            return No(ErrorCode.TooManyRequests);
        }

        job.State = JobState.Scheduled;
        job.Version = _number;
        job.Trigger = command.Time;
        job.Due = command.Time;
        job.ExpiresAt = job.ExpireAfterMs == 0 ? 0 : command.Time.Value + job.ExpireAfterMs;
        (job.AttemptCount, job.Failed, job.Status, job.Attempts) = (0, 0, 0, []);
        Insert(job);
        return Keep(job, command, new JobAnswer(ErrorCode.None, _number, JobState.Scheduled)
        { Offset = _number.Index });
    }

    private JobAnswer Redrive(JobCommand command, ModelJob? job)
    {
        if (job is null)
        {
            return No(ErrorCode.JobNotFound);
        }

        if (job.State is not (JobState.Dead or JobState.Unknown))
        {
            return No(ErrorCode.NotRedrivable);
        }

        if (IsCrowded(job))
        {
            return No(ErrorCode.TooManyRequests);
        }

        job.State = job.AttemptCount > 0 ? JobState.Retrying : JobState.Scheduled;
        job.Due = new UnixMs(Math.Max(command.Time.Value, job.Trigger.Value));
        (job.ExpiresAt, job.ExpireAfterMs, job.Failed, job.UnknownClaim) = (0, 0, 0, default);
        job.RouteRevision = new CommandNumber(long.MaxValue);
        Insert(job);
        return Keep(job, command, new JobAnswer(ErrorCode.None, job.Version, job.State)
        { Offset = _number.Index, AttemptCount = job.AttemptCount });
    }

    private bool IsCrowded(ModelJob? job, int reserve = 0) =>
        job is not null && Remembered(job).Count >= options.RequestsMax + reserve;

    private List<(RequestId Id, UnixMs Time, JobAnswer Answer)> Remembered(ModelJob job) => job.Requests
        .Where((request, i) => LogTime - request.Time <= options.RequestAgeMs
            || job.Requests.Count - i - 1 < options.RequestsNewerMin)
        .ToList();

    private JobAnswer Keep(ModelJob job, JobCommand command, JobAnswer answer)
    {
        job.Requests = Remembered(job);
        job.Requests.Add((command.RequestId, LogTime, answer));
        return answer;
    }

    private static JobAnswer No(ErrorCode code) => new(code);
}
