namespace TimeMachine.Core.Jobs;

/// <content>Claims and their outcomes.</content>
public sealed partial class JobStateMachine
{
    private JobAnswer Claim(JobCommand command)
    {
        var row = Find(command.Key);
        var code = CheckClaim(command, row);
        if (code != ErrorCode.None || row is null)
        {
            Emit(new JobEffect
            {
                Kind = JobEffectKind.ClaimRefused,
                Key = command.Key,
                Version = command.Version,
                Claim = _number,
                Route = command.Route,
                Code = code,
            });
            return new JobAnswer(code);
        }

        if (_claims.TryGetValue(command.Key, out var inherited))
        {
            row = RecordSuperseded(command, row, inherited);
        }

        var claim = new OpenClaim
        {
            Key = command.Key,
            Version = row.Version,
            Number = _number,
            Attempt = row.AttemptCount + 1,
            Mode = command.Mode,
            RouteRevision = command.RouteRevision,
            TimeoutMs = command.TimeoutMs,
            AttemptsMax = command.AttemptsMax,
            At = command.Time,
            SendBy = command.SendBy,
        };
        PutClaim(claim);
        EmitClaimed(claim, row);
        return new JobAnswer(ErrorCode.None, row.Version, JobState.Claimed)
        {
            Offset = _number.Index,
            AttemptCount = claim.Attempt,
        };
    }

    private ErrorCode CheckClaim(JobCommand command, JobRow? row)
    {
        if (row is null || !row.IsUnfinished || row.Version != command.Version)
        {
            return ErrorCode.VersionMismatch;
        }

        if (command.Time < row.Due - _options.ClaimLeadMs)
        {
            return ErrorCode.InvalidRequest;
        }

        if (IsExpired(row))
        {
            return ErrorCode.Finished;
        }

        if (!_claims.TryGetValue(command.Key, out var open))
        {
            return _claims.Count >= _options.ClaimsMax ? ErrorCode.Overloaded : CheckNumber(command, row.AttemptCount);
        }

        if (open.Number != command.Claim || open.Mode != DeliveryMode.AtLeastOnce)
        {
            return ErrorCode.TooLate;
        }

        return open.IsStopped ? ErrorCode.Finished : CheckNumber(command, open.Attempt);
    }

    private static ErrorCode CheckNumber(JobCommand command, int attempts) =>
        command.Attempt == attempts + 1 ? ErrorCode.None : ErrorCode.VersionMismatch;

    /// <summary>An inherited claim is never sent: its attempt is recorded as unknown, and does not count as failed.</summary>
    private JobRow RecordSuperseded(JobCommand command, JobRow row, OpenClaim inherited)
    {
        DropClaim(inherited);
        var lost = new AttemptRecord(inherited.Attempt, inherited.At, 0, AttemptError.LeaderLost, 0);
        var next = WithAttempt(row, lost);
        PutRow(command.Key, row, next);
        return next;
    }

    private JobAnswer Resolve(JobCommand command)
    {
        var row = Find(command.Key);
        if (row is null || row.Version != command.Version)
        {
            return Ignored(command, row);
        }

        if (!_claims.TryGetValue(command.Key, out var claim) || claim.Number != command.Claim)
        {
            return IsLateTruth(command, row) ? TellTruth(command, row) : Ignored(command, row);
        }

        if (command.Outcome == OutcomeKind.Abandon && !claim.IsStopped)
        {
            return Ignored(command, row);
        }

        DropClaim(claim);
        var state = command.Outcome == OutcomeKind.Release
            ? GiveBack(command, row, claim)
            : Conclude(command, row, claim);
        EmitSettled(command, row, state);
        return new JobAnswer(ErrorCode.None, row.Version, state) { Offset = _number.Index };
    }

    /// <summary>Nothing was sent: the job is as it was before the claim.</summary>
    private JobState GiveBack(JobCommand command, JobRow row, OpenClaim claim)
    {
        if (claim.IsStopped)
        {
            Finish(command.Key, row, JobState.Cancelled);
            return JobState.Cancelled;
        }

        EmitArmed(command.Key, row);
        return row.State;
    }

    private JobState Conclude(JobCommand command, JobRow row, OpenClaim claim)
    {
        var isFailure = command.Outcome != OutcomeKind.Complete;
        var attempt = new AttemptRecord(
            claim.Attempt, command.At, command.HttpStatus, command.Error, command.DurationMs);
        var next = WithAttempt(row, attempt) with
        {
            FailedCount = row.FailedCount + (isFailure ? 1 : 0),
            LastStatus = command.HttpStatus,
            LatenessMs = command.At - row.TriggerTime,
        };
        var state = Judge(command, claim, next);
        if (state == JobState.Retrying)
        {
            Wait(command.Key, row, next with { State = state, Due = command.Due });
        }
        else
        {
            var last = state == JobState.Unknown ? claim.Number : default;
            Finish(command.Key, next with { LastClaim = last }, state);
        }

        return state;
    }

    private static JobState Judge(JobCommand command, OpenClaim claim, JobRow row)
    {
        if (command.Outcome == OutcomeKind.Complete)
        {
            return JobState.Delivered;
        }

        if (claim.IsStopped)
        {
            return JobState.Cancelled;
        }

        if (command.Outcome == OutcomeKind.Dead)
        {
            return JobState.Dead;
        }

        var isMaybeSent = claim.Mode == DeliveryMode.AtMostOnce && !command.Flag;
        if (isMaybeSent)
        {
            return JobState.Unknown;
        }

        return row.FailedCount >= claim.AttemptsMax ? JobState.Dead : JobState.Retrying;
    }

    private static bool IsLateTruth(JobCommand command, JobRow row) =>
        row.State == JobState.Unknown && row.LastClaim == command.Claim
        && command.Outcome is OutcomeKind.Complete or OutcomeKind.Dead;

    private JobAnswer TellTruth(JobCommand command, JobRow row)
    {
        var state = command.Outcome == OutcomeKind.Complete ? JobState.Delivered : JobState.Dead;
        var next = row with
        {
            LastStatus = command.HttpStatus,
            LatenessMs = command.At - row.TriggerTime,
            LastClaim = default,
        };
        Finish(command.Key, next, state);
        EmitSettled(command, row, state);
        return new JobAnswer(ErrorCode.None, row.Version, state) { Offset = _number.Index };
    }

    private JobAnswer Ignored(JobCommand command, JobRow? row)
    {
        var state = row is null ? default : StateOf(command.Key, row);
        EmitSettled(command, row, state);
        return new JobAnswer(ErrorCode.TooLate, row?.Version ?? default, state);
    }

    private JobAnswer Expire(JobCommand command)
    {
        var row = Find(command.Key);
        if (!IsWaiting(command, row) || !IsExpired(row!))
        {
            return new JobAnswer(ErrorCode.VersionMismatch);
        }

        EmitDisarmed(command.Key, row!);
        Finish(command.Key, row!, JobState.Expired);
        return new JobAnswer(ErrorCode.None, row!.Version, JobState.Expired) { Offset = _number.Index };
    }

    private JobAnswer EndForRoute(JobCommand command)
    {
        var row = Find(command.Key);
        if (!IsWaiting(command, row))
        {
            return new JobAnswer(ErrorCode.VersionMismatch);
        }

        EmitDisarmed(command.Key, row!);
        var attempt = new AttemptRecord(row!.AttemptCount + 1, LogTime, 0, AttemptError.RouteDeleted, 0);
        var next = row with { Attempts = Newest([.. row.Attempts, attempt]) };
        Finish(command.Key, next, JobState.Dead);
        return new JobAnswer(ErrorCode.None, row.Version, JobState.Dead) { Offset = _number.Index };
    }

    /// <summary>By the time in the log, so that every replica agrees.</summary>
    private bool IsExpired(JobRow row) => row.ExpireAfterMs > 0 && LogTime > row.ExpiresAt;

    private bool IsWaiting(JobCommand command, JobRow? row) =>
        row is not null && row.IsUnfinished && row.Version == command.Version && !_claims.ContainsKey(command.Key);

    private JobRow WithAttempt(JobRow row, AttemptRecord attempt) => row with
    {
        AttemptCount = attempt.Number,
        Attempts = Newest([.. row.Attempts, attempt]),
    };

    private List<AttemptRecord> Newest(List<AttemptRecord> attempts)
    {
        attempts.RemoveRange(0, Math.Max(0, attempts.Count - _options.AttemptsKept));
        return attempts;
    }

    private void EmitClaimed(OpenClaim claim, JobRow row) => Emit(new JobEffect
    {
        Kind = JobEffectKind.Claimed,
        Key = claim.Key,
        Version = claim.Version,
        Due = row.Due,
        Route = row.Route,
        Mode = claim.Mode,
        ExpiresAt = row.ExpiresAt,
        InBacklog = row.InBacklog,
        AttemptCount = row.AttemptCount,
        TriggerTime = row.TriggerTime,
        Claim = claim.Number,
        Attempt = claim.Attempt,
        RouteRevision = claim.RouteRevision,
        TimeoutMs = claim.TimeoutMs,
        AttemptsMax = claim.AttemptsMax,
        FailedCount = row.FailedCount,
        SendBy = claim.SendBy,
        Meta = row.Meta,
    });

    private void EmitSettled(JobCommand command, JobRow? row, JobState state) => Emit(new JobEffect
    {
        Kind = JobEffectKind.Settled,
        Key = command.Key,
        Version = command.Version,
        Claim = command.Claim,
        Route = row?.Route ?? default,
        State = state,
    });
}
