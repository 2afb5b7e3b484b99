using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

/// <content>Attempts, floors, backlogs and fences.</content>
internal sealed partial class VnodeModel
{
    /// <summary>What a scan for the due floor finds: it does not see claimed jobs, nor backlogs.</summary>
    public UnixMs? EarliestDue()
    {
        var waiting = Jobs.Values.Where(job => job.IsWaiting && !job.InBacklog).Select(job => job.Due).ToList();
        return waiting.Count == 0 ? null : waiting.Min();
    }

    private JobAnswer Claim(JobCommand command, ModelJob? job)
    {
        if (job is not { IsLive: true } || job.Version != command.Version)
        {
            return No(ErrorCode.VersionMismatch);
        }

        var isInMode = command.Mode != DeliveryMode.RouteDefault
            && (job.Mode == DeliveryMode.RouteDefault || job.Mode == command.Mode);
        if (!isInMode || command.Time < job.Due - options.ClaimLeadMs)
        {
            return No(ErrorCode.InvalidRequest);
        }

        if (IsExpired(job))
        {
            return No(ErrorCode.Finished);
        }

        if (job.Claim is { } old)
        {
            if (old.Number != command.Claim || old.Mode == DeliveryMode.AtMostOnce)
            {
                return No(ErrorCode.TooLate);
            }

            if (old.IsStopped)
            {
                return No(ErrorCode.Finished);
            }
        }
        else if (command.Claim != CommandNumber.None)
        {
            return No(ErrorCode.TooLate);
        }
        else if (Jobs.Values.Count(other => other.Claim is not null) >= options.ClaimsMax)
        {
            return No(ErrorCode.Overloaded);
        }

        if (job.RouteRevision < command.RouteCreated)
        {
            RecordLost(job);
            job.Claim = null;
            job.Attempts.Add(new AttemptRecord(job.AttemptCount + 1, LogTime, 0, AttemptError.RouteDeleted, 0));
            End(job, JobState.Dead);
            return No(ErrorCode.RouteDeleted);
        }

        if (command.Attempt != job.ShownAttempts + 1)
        {
            return No(ErrorCode.VersionMismatch);
        }

        RecordLost(job);
        job.Claim = new ModelClaim(_number, command.Mode, command.Time, command.AttemptsMax);
        return new JobAnswer(ErrorCode.None, job.Version, JobState.Claimed)
        { Offset = _number.Index, AttemptCount = job.ShownAttempts };
    }

    private static void RecordLost(ModelJob job)
    {
        if (job.Claim is { } lost)
        {
            Record(job, new AttemptRecord(job.AttemptCount + 1, lost.At, 0, AttemptError.LeaderLost, 0));
            job.State = JobState.Retrying;
        }
    }

    private JobAnswer Outcome(JobCommand command, ModelJob? job)
    {
        if (job is null || job.Version != command.Version)
        {
            return No(ErrorCode.TooLate);
        }

        var isDefinite = command.Outcome is OutcomeKind.Complete or OutcomeKind.Dead;
        if (job.State == JobState.Unknown && job.UnknownClaim == command.Claim && isDefinite)
        {
            job.Attempts[^1] = AttemptOf(command, job.AttemptCount);
            job.Status = command.HttpStatus;
            return Ended(job, command.Outcome == OutcomeKind.Complete ? JobState.Delivered : JobState.Dead);
        }

        if (job.Claim is not { } claim || claim.Number != command.Claim)
        {
            return No(ErrorCode.TooLate);
        }

        if (command.Outcome == OutcomeKind.Abandon && !claim.IsStopped)
        {
            return No(ErrorCode.InvalidRequest);
        }

        job.Claim = null;
        return command.Outcome == OutcomeKind.Release ? Release(job, claim) : Resolve(command, job, claim);
    }

    private JobAnswer Release(ModelJob job, ModelClaim claim)
    {
        if (claim.IsStopped)
        {
            return Ended(job, JobState.Cancelled);
        }

        if (!job.InBacklog)
        {
            Insert(job);
        }

        return new JobAnswer(ErrorCode.None, job.Version, job.State) { Offset = _number.Index };
    }

    private JobAnswer Resolve(JobCommand command, ModelJob job, ModelClaim claim)
    {
        Record(job, AttemptOf(command, job.AttemptCount + 1));
        job.Status = command.HttpStatus;
        if (command.Outcome == OutcomeKind.Complete)
        {
            return Ended(job, JobState.Delivered);
        }

        job.Failed++;
        if (claim.IsStopped)
        {
            return Ended(job, JobState.Cancelled);
        }

        if (command.Outcome == OutcomeKind.Dead)
        {
            return Ended(job, JobState.Dead);
        }

        if (claim.Mode == DeliveryMode.AtMostOnce && !command.Flag)
        {
            job.UnknownClaim = claim.Number;
            return Ended(job, JobState.Unknown);
        }

        if (job.Failed >= claim.AttemptsMax)
        {
            return Ended(job, JobState.Dead);
        }

        job.State = JobState.Retrying;
        job.Due = new UnixMs(Math.Max(job.Due.Value, command.Due.Value));
        Insert(job);
        return new JobAnswer(ErrorCode.None, job.Version, job.State) { Offset = _number.Index };
    }

    private JobAnswer Expire(JobCommand command, ModelJob? job)
    {
        var isDue = job is { IsWaiting: true } && job.Version == command.Version && IsExpired(job);
        return isDue ? Ended(job!, JobState.Expired) : No(ErrorCode.VersionMismatch);
    }

    private JobAnswer RouteGone(JobCommand command, ModelJob? job)
    {
        if (job is not { IsWaiting: true } || job.Version != command.Version)
        {
            return No(ErrorCode.VersionMismatch);
        }

        job.Attempts.Add(new AttemptRecord(job.AttemptCount + 1, LogTime, 0, AttemptError.RouteDeleted, 0));
        return Ended(job, JobState.Dead);
    }

    private JobAnswer Refile(JobCommand command, ModelJob? job)
    {
        if (job is not { IsWaiting: true } || job.Version != command.Version || job.InBacklog == command.Flag)
        {
            return No(ErrorCode.VersionMismatch);
        }

        if (!command.Flag)
        {
            Insert(job);
        }

        job.InBacklog = command.Flag;
        return new JobAnswer(ErrorCode.None, job.Version, job.State) { Offset = _number.Index };
    }

    private JobAnswer MoveDueFloor(JobCommand command)
    {
        var isLate = _inserts.Exists(insert => insert.Index > command.AsOf && insert.Due < command.Floor);
        if (isLate || command.Floor <= DueFloor)
        {
            return No(ErrorCode.VersionMismatch);
        }

        DueFloor = command.Floor;
        return new JobAnswer(ErrorCode.None) { Offset = _number.Index };
    }

    private JobAnswer MoveFinishedFloors(JobCommand command)
    {
        FinishedFloor = Later(FinishedFloor, command.Floor);
        DeadFloor = Later(DeadFloor, command.DeadFloor);
        foreach (var (key, job) in Jobs.ToList())
        {
            var floor = job.State is JobState.Dead or JobState.Unknown ? DeadFloor : FinishedFloor;
            if (!job.IsLive && job.Finished < floor)
            {
                Jobs.Remove(key);
            }
        }

        return new JobAnswer(ErrorCode.None) { Offset = _number.Index };
    }

    private UnixMs Later(UnixMs old, UnixMs asked)
    {
        var minute = Math.Min(asked.Value, LogTime.Value) / 60_000 * 60_000;
        return new UnixMs(Math.Max(old.Value, minute));
    }

    private JobAnswer Fence(JobCommand command)
    {
        _fences[command.Route] = new CommandNumber(Math.Max(
            command.RouteRevision.Value, _fences.GetValueOrDefault(command.Route).Value));
        return new JobAnswer(ErrorCode.None)
        {
            Offset = _number.Index,
            UnfinishedCount = Jobs.Values.Count(job => job.IsLive && job.Route == command.Route),
        };
    }

    private void Insert(ModelJob job)
    {
        job.InBacklog = false;
        _inserts.Add((_number.Index, job.Due));
        DueFloor = new UnixMs(Math.Min(DueFloor.Value, job.Due.Value));
    }

    private static void Record(ModelJob job, AttemptRecord attempt)
    {
        job.AttemptCount = attempt.Number;
        job.Attempts.Add(attempt);
    }

    private JobAnswer Ended(ModelJob job, JobState state)
    {
        End(job, state);
        return new JobAnswer(ErrorCode.None, job.Version, state) { Offset = _number.Index };
    }

    private void End(ModelJob job, JobState state)
    {
        job.State = state;
        job.InBacklog = false;
        job.Finished = LogTime;
        if (state is not (JobState.Dead or JobState.Unknown))
        {
            (job.Meta, job.Attempts) = ([], []);
        }
    }

    private bool IsExpired(ModelJob job) => job.ExpiresAt > 0 && LogTime.Value > job.ExpiresAt;

    private static AttemptRecord AttemptOf(JobCommand command, int number) =>
        new(number, command.At, command.HttpStatus, command.Error, command.DurationMs);
}
