namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>The public semantics of one job, written as plainly as can be: the oracle of all job checkers.</summary>
public static class JobModel
{
    /// <summary>Takes one step.</summary>
    /// <param name="row">The job before.</param>
    /// <param name="action">What happens; with an answer, the step is possible only if the model would say the
    /// same.</param>
    /// <param name="next">The job after.</param>
    /// <returns>Whether the step is possible.</returns>
    public static bool TryStep(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        if (action.Answer is { IsRefusedOutside: true })
        {
            return true;
        }

        return action.Kind switch
        {
            JobActionKind.Create => Create(row, action, out next),
            JobActionKind.Upsert => Upsert(row, action, out next),
            JobActionKind.Cancel => Cancel(row, action, out next),
            JobActionKind.Get => Get(row, action),
            JobActionKind.RunNow => RunNow(row, action, out next),
            JobActionKind.Redrive => Redrive(row, action, out next),
            JobActionKind.Claim => Claim(row, action, out next),
            JobActionKind.Outcome => Outcome(row, action, out next),
            JobActionKind.Expire => Expire(row, action, out next),
            JobActionKind.RouteGone => RouteGone(row, action, out next),
            _ => throw new InvariantViolationException($"unknown action {action.Kind}"),
        };
    }

    private static bool Create(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        var answer = action.Answer;
        if (row.Status == JobStatus.Absent)
        {
            next = Written(action, action.Sameness);
            return answer is null || (Ok(answer) && answer.Value.IsNew && answer.Value.Version == action.Number);
        }

        // What an upsert wrote has no hash of a create to compare with: both answers are fair.
        var isOther = answer is null || answer.Value.Code == ErrorCode.JobExists;
        var isSame = answer is null || (Ok(answer) && !answer.Value.IsNew && answer.Value.Version == row.Version
            && answer.Value.Status == row.Status);
        if (row.Sameness == 0)
        {
            return isOther || isSame;
        }

        return row.Sameness == action.Sameness ? isSame : isOther;
    }

    private static bool Upsert(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        var code = action.Answer?.Code;
        var isTooLate = row.Status is JobStatus.Claimed or JobStatus.Retrying;
        var isMismatch = IsMismatch(row, action);
        if (isTooLate || isMismatch)
        {
            return code is null || (isTooLate && code == ErrorCode.TooLate)
                || (isMismatch && code is ErrorCode.VersionMismatch or ErrorCode.JobNotFound);
        }

        next = Written(action, sameness: 0);
        return action.Answer is null || (Ok(action.Answer) && action.Answer.Value.Version == action.Number);
    }

    private static bool IsMismatch(in JobRow row, JobAction action) => action.IfMatch.Value switch
    {
        0 => false,
        < 0 => row.Status != JobStatus.Absent,
        _ => row.Status == JobStatus.Absent || row.Version != action.IfMatch,
    };

    private static bool Cancel(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        var answer = action.Answer;
        var isMismatch = IsMismatch(row, action);
        if (row.Status == JobStatus.Absent || row.IsFinished || isMismatch)
        {
            return answer is null || (isMismatch && answer.Value.Code == ErrorCode.VersionMismatch)
                || (row.Status == JobStatus.Absent && answer.Value.Code == ErrorCode.JobNotFound)
                || (row.IsFinished && answer.Value.Code == ErrorCode.Finished);
        }

        if (row.Status == JobStatus.Claimed)
        {
            next = row with { IsStopped = true };
            return answer is null || (Ok(answer) && answer.Value.IsStopped);
        }

        next = row with { Status = JobStatus.Cancelled };
        return answer is null
            || (Ok(answer) && answer.Value.IsWon == !row.WasAttempted && answer.Value.IsStopped == row.WasAttempted);
    }

    private static bool Get(in JobRow row, JobAction action)
    {
        if (action.Answer is not { } answer)
        {
            return true;
        }

        return row.Status == JobStatus.Absent
            ? answer.Code == ErrorCode.JobNotFound
            : Ok(answer) && answer.Version == row.Version && answer.Status == row.Status;
    }

    private static bool RunNow(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        var answer = action.Answer;
        var isTooLate = row.Status is JobStatus.Claimed or JobStatus.Retrying;
        if (row.IsWaiting && !isTooLate && !IsMismatch(row, action))
        {
            next = Written(action, row.Sameness);
            return answer is null || (Ok(answer) && answer.Value.Version == action.Number);
        }

        return answer is null || (row.Status == JobStatus.Absent
            ? answer.Value.Code == ErrorCode.JobNotFound
            : isTooLate
                ? answer.Value.Code is ErrorCode.TooLate or ErrorCode.VersionMismatch
                : answer.Value.Code != ErrorCode.None);
    }

    private static bool Redrive(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        var answer = action.Answer;
        if (row.Status is not (JobStatus.Dead or JobStatus.Unknown) || IsMismatch(row, action))
        {
            return answer is null || answer.Value.Code != ErrorCode.None;
        }

        if (answer is { } told && !Ok(told))
        {
            return false;
        }

        next = row with
        {
            Status = row.WasAttempted ? JobStatus.Retrying : JobStatus.Scheduled,
            Claim = default,
            IsStopped = false,
            FailedCount = 0,
        };
        return answer is null || answer.Value.Version == row.Version;
    }

    /// <remarks>The product may refuse a claim for more reasons than the model knows; it may never take a wrong
    /// one.</remarks>
    private static bool Claim(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        if (!action.TookEffect)
        {
            return true;
        }

        var isFirst = row.IsWaiting && action.Claim == default;
        var isSuperseding = row.Status == JobStatus.Claimed && action.Claim == row.Claim && action.Claim != default
            && !row.IsStopped && !row.IsClaimAtMostOnce;
        next = row with
        {
            Status = JobStatus.Claimed,
            Claim = action.Number,
            Former = isFirst ? row.Status : JobStatus.Retrying,
            WasAttempted = true,
            WasAttemptedBefore = isSuperseding || row.WasAttempted,
            ClaimAttemptsMax = action.AttemptsMax,
            IsClaimAtMostOnce = action.IsAtMostOnce,
        };
        return row.Version == action.Version && (isFirst || isSuperseding);
    }

    /// <remarks>Only the outcome of the current claim counts, or the late truth about an unknown one.</remarks>
    private static bool Outcome(in JobRow row, JobAction action, out JobRow next)
    {
        next = row;
        var isNamed = row.Version == action.Version && row.Claim == action.Claim && action.Claim != default;
        if (isNamed && row.Status == JobStatus.Unknown)
        {
            var isTruth = action.Outcome is OutcomeFactKind.Complete or OutcomeFactKind.Dead;
            next = isTruth ? row with { Status = Final(action), Claim = default } : row;
            return action.TookEffect == isTruth;
        }

        var isCurrent = isNamed && row.Status == JobStatus.Claimed
            && (row.IsStopped || action.Outcome != OutcomeFactKind.Abandon);
        if (isCurrent)
        {
            next = row.IsStopped ? StoppedEnd(row, action) : End(row, action);
        }

        return action.TookEffect == isCurrent;
    }

    private static JobStatus Final(JobAction action) =>
        action.Outcome == OutcomeFactKind.Complete ? JobStatus.Delivered : JobStatus.Dead;

    private static JobRow StoppedEnd(in JobRow row, JobAction action) => row with
    {
        Status = action.Outcome == OutcomeFactKind.Complete ? JobStatus.Delivered : JobStatus.Cancelled,
    };

    private static JobRow End(in JobRow row, JobAction action)
    {
        if (action.Outcome == OutcomeFactKind.Release)
        {
            return row with { Status = row.Former, Claim = default, WasAttempted = row.WasAttemptedBefore };
        }

        if (action.Outcome is OutcomeFactKind.Complete or OutcomeFactKind.Dead)
        {
            return row with { Status = Final(action), Claim = default };
        }

        if (row.IsClaimAtMostOnce && !action.WroteNothing)
        {
            return row with { Status = JobStatus.Unknown };
        }

        var failed = row.FailedCount + 1;
        var status = failed >= row.ClaimAttemptsMax ? JobStatus.Dead : JobStatus.Retrying;
        return row with { Status = status, Claim = default, FailedCount = failed };
    }

    private static bool Expire(in JobRow row, JobAction action, out JobRow next)
    {
        next = action.TookEffect ? row with { Status = JobStatus.Expired } : row;
        return !action.TookEffect || (row.IsWaiting && row.Version == action.Version);
    }

    private static bool RouteGone(in JobRow row, JobAction action, out JobRow next)
    {
        next = action.TookEffect ? row with { Status = JobStatus.Dead, Claim = default } : row;
        var isInherited = row.Status == JobStatus.Claimed && !row.IsStopped && action.Claim == row.Claim
            && action.Claim != default;
        return !action.TookEffect || ((row.IsWaiting || isInherited) && row.Version == action.Version);
    }

    private static JobRow Written(JobAction action, ulong sameness) => new()
    {
        Status = JobStatus.Scheduled,
        Version = action.Number,
        Sameness = sameness,
    };

    private static bool Ok(AnswerFact? answer) => answer is { Code: ErrorCode.None };
}
