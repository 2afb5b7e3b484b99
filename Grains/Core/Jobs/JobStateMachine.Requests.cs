namespace TimeMachine.Core.Jobs;

/// <content>What clients ask: create, upsert, cancel, run now, redrive; request ids and their answers.</content>
public sealed partial class JobStateMachine
{
    /// <summary>
    /// The latest time and the longest span, so that sums of them never overflow: beyond the year 140,000.
    /// </summary>
    private const long TimeMsMax = 1L << 52;

    /// <summary>A redriven job is for whatever route has the name then.</summary>
    private static readonly CommandNumber OfAnyLife = new(long.MaxValue);

    private JobAnswer Create(JobCommand command)
    {
        var row = Find(command.Key);
        if (row is null)
        {
            return CheckWrite(command, null) is { } refused ? refused : Write(command, null);
        }

        if (TryRepeat(row, command, out var repeated))
        {
            return repeated;
        }

        return row.Sameness == command.Sameness
            ? Present(command.Key, row)
            : Refused(ErrorCode.JobExists, command.Key, row);
    }

    private JobAnswer Upsert(JobCommand command)
    {
        var row = Find(command.Key);
        if (row is not null && TryRepeat(row, command, out var repeated))
        {
            return repeated;
        }

        if (command.IfMatch is { } wanted && !Matches(row, wanted))
        {
            return Refused(ErrorCode.VersionMismatch, command.Key, row);
        }

        if (row is not null && row.IsUnfinished && WasClaimed(command.Key, row))
        {
            return Refused(ErrorCode.TooLate, command.Key, row);
        }

        if (row is not null && IsRequestListFull(row))
        {
            return Refused(ErrorCode.TooManyRequests, command.Key, row);
        }

        return CheckWrite(command, row) is { } refused ? refused : Write(command, row);
    }

    private JobAnswer Cancel(JobCommand command)
    {
        var row = Find(command.Key);
        if (row is null)
        {
            return new JobAnswer(ErrorCode.JobNotFound);
        }

        if (TryRepeat(row, command, out var repeated))
        {
            return repeated;
        }

        if (command.IfMatch is { } wanted && !Matches(row, wanted))
        {
            return Refused(ErrorCode.VersionMismatch, command.Key, row);
        }

        if (!row.IsUnfinished)
        {
            return Refused(ErrorCode.Finished, command.Key, row);
        }

        if (IsRequestListFull(row, JobOptions.CancelsReserve))
        {
            return Refused(ErrorCode.TooManyRequests, command.Key, row);
        }

        return _claims.TryGetValue(command.Key, out var claim)
            ? StopClaimed(command, row, claim)
            : CancelWaiting(command, row);
    }

    /// <summary>A version that was never attempted is won; one that was is stopped, and says so.</summary>
    private JobAnswer CancelWaiting(JobCommand command, JobRow row)
    {
        var result = row.State == JobState.Scheduled ? CancelResult.Won : CancelResult.Stopped;
        var answer = new JobAnswer(ErrorCode.None, row.Version, JobState.Cancelled)
        {
            Offset = _number.Index,
            Cancel = result,
            AttemptCount = row.AttemptCount,
        };
        EmitDisarmed(command.Key, row);
        Finish(command.Key, row, row with { Requests = Remember(row, command, answer) }, JobState.Cancelled);
        return answer;
    }

    private JobAnswer StopClaimed(JobCommand command, JobRow row, OpenClaim claim)
    {
        var answer = new JobAnswer(ErrorCode.None, row.Version, JobState.Claimed)
        {
            Offset = _number.Index,
            Cancel = CancelResult.Stopped,
            AttemptCount = claim.Attempt,
        };
        PutClaim(claim with { IsStopped = true });
        PutRow(command.Key, row, row with { Requests = Remember(row, command, answer) });
        Emit(new JobEffect
        {
            Kind = JobEffectKind.Stopped,
            Key = command.Key,
            Version = row.Version,
            Claim = claim.Number,
            Route = row.Route,
        });
        return answer;
    }

    private JobAnswer RunNow(JobCommand command)
    {
        var row = Find(command.Key);
        if (row is null)
        {
            return new JobAnswer(ErrorCode.JobNotFound);
        }

        if (TryRepeat(row, command, out var repeated))
        {
            return repeated;
        }

        if (command.IfMatch is { } wanted && !Matches(row, wanted))
        {
            return Refused(ErrorCode.VersionMismatch, command.Key, row);
        }

        if (!row.IsUnfinished)
        {
            var code = row.State == JobState.Delivered ? ErrorCode.BodyDropped : ErrorCode.Finished;
            return Refused(code, command.Key, row);
        }

        if (WasClaimed(command.Key, row))
        {
            // Under a new version its recipient could not tell it from another job.
            return Refused(ErrorCode.TooLate, command.Key, row);
        }

        if (IsRequestListFull(row))
        {
            return Refused(ErrorCode.TooManyRequests, command.Key, row);
        }

        EmitDisarmed(command.Key, row);
        var answer = Written(JobState.Scheduled, isNew: false);
        var next = row with
        {
            State = JobState.Scheduled,
            Version = _number,
            TriggerTime = command.Time,
            Due = command.Time,
            AttemptCount = 0,
            FailedCount = 0,
            Attempts = [],
            LastStatus = 0,
            LatenessMs = 0,
            Requests = Remember(row, command, answer),
        };
        Wait(command.Key, row, next);
        return answer;
    }

    /// <summary>
    /// Due now, but never before its trigger time: the clock of the command may be behind, and a deleted route ends
    /// jobs that are not due.
    /// </summary>
    private JobAnswer Redrive(JobCommand command)
    {
        var row = Find(command.Key);
        if (row is null)
        {
            return new JobAnswer(ErrorCode.JobNotFound);
        }

        if (TryRepeat(row, command, out var repeated))
        {
            return repeated;
        }

        if (command.IfMatch is { } wanted && !Matches(row, wanted))
        {
            return Refused(ErrorCode.VersionMismatch, command.Key, row);
        }

        if (!row.KeepsBody)
        {
            return Refused(ErrorCode.NotRedrivable, command.Key, row);
        }

        if (IsRequestListFull(row))
        {
            return Refused(ErrorCode.TooManyRequests, command.Key, row);
        }

        var state = row.AttemptCount == 0 ? JobState.Scheduled : JobState.Retrying;
        var answer = new JobAnswer(ErrorCode.None, row.Version, state)
        {
            Offset = _number.Index,
            AttemptCount = row.AttemptCount,
        };
        var next = row with
        {
            State = state,
            Due = command.Time > row.TriggerTime ? command.Time : row.TriggerTime,
            FailedCount = 0,
            RouteRevision = OfAnyLife,
            ExpireAfterMs = 0,
            FinishedAt = default,
            LastClaim = default,
            Requests = Remember(row, command, answer),
        };
        Wait(command.Key, row, next);
        return answer;
    }

    /// <summary>Writes a new version: its number is this command's.</summary>
    private JobAnswer Write(JobCommand command, JobRow? old)
    {
        if (old is not null && old.IsUnfinished)
        {
            EmitDisarmed(command.Key, old);
        }

        var answer = Written(JobState.Scheduled, isNew: old is null);
        var next = new JobRow
        {
            State = JobState.Scheduled,
            Version = _number,
            TriggerTime = command.TriggerTime,
            Due = command.TriggerTime,
            CreatedAt = LogTime,
            Route = command.Route,
            RouteRevision = command.RouteRevision,
            Mode = command.Mode,
            ExpireAfterMs = command.ExpireAfterMs,
            Sameness = command.Sameness,
            Meta = command.Meta,
            Trace = command.Trace,
            Requests = Remember(old, command, answer),
        };
        Wait(command.Key, old, next);
        return answer;
    }

    /// <summary>Whether what is asked may be written at all; null if it may.</summary>
    private JobAnswer? CheckWrite(JobCommand command, JobRow? old)
    {
        if (command.TriggerTime.Value is <= 0 or > TimeMsMax || command.ExpireAfterMs is < 0 or > TimeMsMax)
        {
            return new JobAnswer(ErrorCode.InvalidRequest);
        }

        if (_fences.TryGetValue(command.Route, out var fence) && command.RouteRevision <= fence)
        {
            return new JobAnswer(ErrorCode.RouteDeleted);
        }

        return IsFull(command, old) ? new JobAnswer(ErrorCode.VNodeFull) : null;
    }

    /// <summary>Judged by what is applied, never by what a disk holds: every replica says the same.</summary>
    private bool IsFull(JobCommand command, JobRow? old)
    {
        var isNewRow = old is null && LiveCount + FinishedCount >= _options.RowsMax;
        var isNewLive = old is not { IsUnfinished: true } && LiveCount >= _options.LiveJobsMax;
        var isNewRoute = !_routes.ContainsKey(command.Route) && _routes.Count >= _options.RoutesMax;
        var isTooLong = RowBytes + command.Key.Bytes.Length + command.Meta.Length > _options.BytesMax;
        return isNewRow || isNewLive || isNewRoute || isTooLong;
    }

    private static bool Matches(JobRow? row, CommandNumber wanted) =>
        wanted.Value < 0 ? row is null : row is not null && row.Version == wanted;

    /// <summary>Whether the version was attempted; a released claim does not count, since nothing was sent.</summary>
    private bool WasClaimed(JobKey key, JobRow row) => row.State == JobState.Retrying || _claims.ContainsKey(key);

    private JobAnswer Written(JobState state, bool isNew) =>
        new(ErrorCode.None, _number, state) { IsNew = isNew, Offset = _number.Index };

    private JobAnswer Present(JobKey key, JobRow row) =>
        new(ErrorCode.None, row.Version, StateOf(key, row)) { Offset = row.Version.Index };

    private JobAnswer Refused(ErrorCode code, JobKey key, JobRow? row) => row is null
        ? new JobAnswer(code)
        : new JobAnswer(code, row.Version, StateOf(key, row)) { AttemptCount = AttemptsOf(key, row) };

    private JobState StateOf(JobKey key, JobRow row) => _claims.ContainsKey(key) ? JobState.Claimed : row.State;

    private int AttemptsOf(JobKey key, JobRow row) =>
        _claims.TryGetValue(key, out var claim) ? claim.Attempt : row.AttemptCount;

    /// <summary>Whether the request, or another one with its key, was answered before.</summary>
    private bool TryRepeat(JobRow row, JobCommand command, out JobAnswer answer)
    {
        answer = default;
        if (command.RequestId == RequestId.None)
        {
            return false;
        }

        foreach (var request in row.Requests)
        {
            if (request.Id == command.RequestId)
            {
                answer = request.Answer;
                return true;
            }

            if (request.Id.Contradicts(command.RequestId))
            {
                answer = Refused(ErrorCode.KeyReused, command.Key, row);
                return true;
            }
        }

        return false;
    }

    private bool IsRequestListFull(JobRow row, int reserve = 0) =>
        Forget(row.Requests).Count >= _options.RequestsMax + reserve;

    private List<RememberedRequest> Remember(JobRow? row, JobCommand command, JobAnswer answer)
    {
        var kept = row is null ? new List<RememberedRequest>(1) : Forget(row.Requests);
        if (command.RequestId != RequestId.None)
        {
            kept.Add(new RememberedRequest(command.RequestId, LogTime, answer));
        }

        return kept;
    }

    /// <summary>A request id goes only when it is old and enough newer ones exist.</summary>
    private List<RememberedRequest> Forget(IReadOnlyList<RememberedRequest> requests)
    {
        var kept = new List<RememberedRequest>(requests.Count + 1);
        for (var i = 0; i < requests.Count; i++)
        {
            var isOld = LogTime - requests[i].Time > _options.RequestAgeMs;
            var newer = requests.Count - 1 - i;
            if (!isOld || newer < _options.RequestsNewerMin)
            {
                kept.Add(requests[i]);
            }
        }

        return kept;
    }
}
