namespace TimeMachine.Core.Jobs;

/// <content>Claims and their outcomes.</content>
public sealed partial class JobStateMachine
{
    private JobAnswer Claim(JobCommand command)
    {
        var row = _claims.ContainsKey(command.Key)
            ? Find(command.Key)
            : FindWaiting(command.Key, new JobPlace(command.Due, default));
        var code = CheckClaim(command, row);
        if (code != ErrorCode.None || row is null)
        {
            if (code == ErrorCode.RouteDeleted)
            {
                EndOfOtherRoute(command, row!);
            }
            else
            {
                Rearm(command, row);
            }

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
            Place = JobPlace.Of(row),
        };
        PutClaim(claim);
        EmitClaimed(claim, row);
        return new JobAnswer(ErrorCode.None, row.Version, JobState.Claimed)
        {
            Offset = _number.Index,
            AttemptCount = claim.Attempt,
        };
    }

    /// <summary>
    /// A refused claim leaves the job waiting. Its proposer hears that first, so that the refusal gives the job back
    /// and no sweep has to find it.
    /// </summary>
    private void Rearm(JobCommand command, JobRow? row)
    {
        if (IsWaiting(command, row))
        {
            EmitArmed(command.Key, row!);
        }
    }

    private ErrorCode CheckClaim(JobCommand command, JobRow? row)
    {
        if (row is null || !row.IsUnfinished || row.Version != command.Version)
        {
            return ErrorCode.VersionMismatch;
        }

        if (!IsModeOf(row, command.Mode))
        {
            return ErrorCode.InvalidRequest;
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
            // The claim that it would take the place of has an outcome by now, and the job another due time.
            if (command.Claim != CommandNumber.None)
            {
                return ErrorCode.TooLate;
            }

            var isRoom = _claims.Count < _options.ClaimsMax;
            return isRoom ? CheckRoute(command, row, row.AttemptCount) : ErrorCode.Overloaded;
        }

        if (open.Number != command.Claim || open.Mode != DeliveryMode.AtLeastOnce)
        {
            return ErrorCode.TooLate;
        }

        return open.IsStopped ? ErrorCode.Finished : CheckRoute(command, row, open.Attempt);
    }

    /// <summary>The route that the job was accepted for may be deleted, and another have its name.</summary>
    private static ErrorCode CheckRoute(JobCommand command, JobRow row, int attempts) =>
        row.RouteRevision < command.RouteCreated ? ErrorCode.RouteDeleted : CheckNumber(command, attempts);

    /// <summary>
    /// A claim states the mode in force: the job's own, or the route's where the job leaves it to the route.
    /// </summary>
    private static bool IsModeOf(JobRow row, DeliveryMode mode) =>
        mode != DeliveryMode.RouteDefault && (row.Mode == DeliveryMode.RouteDefault || row.Mode == mode);

    private static ErrorCode CheckNumber(JobCommand command, int attempts) =>
        command.Attempt == attempts + 1 ? ErrorCode.None : ErrorCode.VersionMismatch;

    /// <summary>
    /// An inherited claim is never sent: its attempt is recorded as unknown, and does not count as failed.
    /// </summary>
    private JobRow RecordSuperseded(JobCommand command, JobRow row, OpenClaim inherited)
    {
        DropClaim(inherited);
        var lost = new AttemptRecord(inherited.Attempt, inherited.At, 0, AttemptError.LeaderLost, 0);
        var next = WithAttempt(row, lost) with { State = JobState.Retrying };
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
            return Refused(ErrorCode.InvalidRequest, command.Key, row);
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
            Finish(command.Key, row, row, JobState.Cancelled);
            return JobState.Cancelled;
        }

        if (!row.InBacklog)
        {
            // The due floor may have passed a claimed job.
            NoteDue(row.Due);
        }

        EmitArmed(command.Key, row);
        return row.State;
    }

    private JobState Conclude(JobCommand command, JobRow row, OpenClaim claim)
    {
        var isFailure = command.Outcome != OutcomeKind.Complete;
        var failedCount = row.FailedCount + (isFailure ? 1 : 0);
        var state = Judge(command, claim, failedCount);
        var attempt = new AttemptRecord(
            claim.Attempt, command.At, command.HttpStatus, command.Error, command.DurationMs);
        var next = row with
        {
            AttemptCount = attempt.Number,
            Attempts = JobRow.KeepsAttempts(state) ? Newest([.. row.Attempts, attempt]) : [],
            FailedCount = failedCount,
            LastStatus = command.HttpStatus,
            LatenessMs = Lateness(command, row),
            LastClaim = claim.Number,
        };
        if (state == JobState.Retrying)
        {
            var due = command.Due > row.Due ? command.Due : row.Due;
            Wait(command.Key, row, next with { State = state, Due = due });
        }
        else
        {
            Finish(command.Key, row, next, state);
        }

        return state;
    }

    private static JobState Judge(JobCommand command, OpenClaim claim, int failedCount)
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

        return failedCount >= claim.AttemptsMax ? JobState.Dead : JobState.Retrying;
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
            LatenessMs = Lateness(command, row),
            Attempts = WithTruth(command, row),
        };
        Finish(command.Key, row, next, state);
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
        Finish(command.Key, row!, row!, JobState.Expired);
        return new JobAnswer(ErrorCode.None, row!.Version, JobState.Expired) { Offset = _number.Index };
    }

    private JobAnswer EndForRoute(JobCommand command)
    {
        var row = Find(command.Key);
        if (!IsWaiting(command, row))
        {
            return new JobAnswer(ErrorCode.VersionMismatch);
        }

        EndForRoute(command.Key, row!);
        return new JobAnswer(ErrorCode.None, row!.Version, JobState.Dead) { Offset = _number.Index };
    }

    private void EndForRoute(JobKey key, JobRow row)
    {
        EmitDisarmed(key, row);
        var attempt = new AttemptRecord(row.AttemptCount + 1, LogTime, 0, AttemptError.RouteDeleted, 0);
        var next = row with { Attempts = Newest([.. row.Attempts, attempt]) };
        Finish(key, row, next, JobState.Dead);
    }

    /// <summary>The claim of a job whose route is deleted ends it, whatever route has the name now.</summary>
    private void EndOfOtherRoute(JobCommand command, JobRow row)
    {
        if (_claims.TryGetValue(command.Key, out var inherited))
        {
            row = RecordSuperseded(command, row, inherited);
            EmitSettled(command, row, JobState.Dead);
        }

        EndForRoute(command.Key, row);
    }

    private static long Lateness(JobCommand command, JobRow row)
    {
        var from = row.Due > row.CreatedAt ? row.Due : row.CreatedAt;
        return Math.Max(0, command.At - from);
    }

    /// <summary>
    /// The record of the attempt whose outcome was unknown, set right. A deleted route leaves a record with the number
    /// of the next attempt, so the last one counts.
    /// </summary>
    private static List<AttemptRecord> WithTruth(JobCommand command, JobRow row)
    {
        var attempts = new List<AttemptRecord>(row.Attempts);
        var at = attempts.FindLastIndex(attempt => attempt.Number == row.AttemptCount);
        if (at >= 0)
        {
            attempts[at] = new AttemptRecord(
                row.AttemptCount, command.At, command.HttpStatus, command.Error, command.DurationMs);
        }

        return attempts;
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
        Trace = row.Trace,
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
