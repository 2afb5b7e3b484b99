using TimeMachine.Simulation.Checkers.Linearizability;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>The judgement at the end: nothing lost, everything due delivered, every history explained.</summary>
public sealed partial class JobChecker
{
    /// <summary>Judges a run whose faults stopped at least <see cref="JobCheckOptions.LivenessMs"/> ago.</summary>
    /// <param name="operations">All operations of all clients.</param>
    /// <param name="calmUs">True time at which the faults stopped.</param>
    public EndFigures CheckEnd(IReadOnlyList<ClientOperation> operations, long calmUs)
    {
        var figures = new EndFigures
        {
            Jobs = _keys.Count,
            Versions = _versions.Count,
            Operations = operations.Count,
            UnknownOperations = operations.Count(operation => operation.Answer is null),
        };
        foreach (var operation in operations)
        {
            CheckAcknowledged(operation);
        }

        foreach (var key in _keys.Values)
        {
            CheckFinal(key, calmUs);
        }

        CheckAnswered(operations, calmUs);

        foreach (var cause in DuplicateFigures.Causes)
        {
            if (Duplicates.Of(cause) > Duplicates.BoundOf(cause))
            {
                _violations.Add("duplicate", $"{Duplicates.Of(cause)} keys were sent again because {cause}, "
                    + $"the bound is {Duplicates.BoundOf(cause)}");
            }
        }

        CheckHistories(operations, figures);
        return figures;
    }

    /// <summary>An operation was answered: what it promises is applied by some replica at that moment.</summary>
    public void Acknowledged(ClientOperation operation)
    {
        var isPromise = operation is { Kind: not JobActionKind.Get, Answer: { Code: ErrorCode.None } };
        if (isPromise && !_requests.ContainsKey(operation.Request))
        {
            _violations.Add("acknowledged-early", $"{operation.Kind} of {operation.Key} was acknowledged "
                + "before any replica applied it");
        }
    }

    private void CheckAcknowledged(ClientOperation operation)
    {
        var isCommitted = _requests.TryGetValue(operation.Request, out var record);
        if (operation.Answer is null)
        {
            var isAppeared = isCommitted && operation.Kind == JobActionKind.Create && record!.First.Answer.IsNew;
            _reach.Hit(Reach.UnknownCreateAppeared, isAppeared ? 1 : 0);
            return;
        }

        if (operation.Answer.Value.IsRefusedOutside && isCommitted && record!.First.IsEffective)
        {
            _violations.Add("refused-took-effect", $"{operation.Kind} of {operation.Key} by client {operation.Client} "
                + $"was answered {operation.Answer.Value.Code}, and took effect");
        }

        if (operation.Kind == JobActionKind.Get || operation.Answer.Value.Code != ErrorCode.None)
        {
            return;
        }

        if (!isCommitted)
        {
            _violations.Add("acknowledged-lost", $"{operation.Kind} of {operation.Key} by client {operation.Client} "
                + "was acknowledged and is in no log");
        }
    }

    /// <summary>With the faults long over each get is answered: every vnode can be reached.</summary>
    private void CheckAnswered(IReadOnlyList<ClientOperation> operations, long calmUs)
    {
        foreach (var operation in operations)
        {
            var isLate = operation.Kind == JobActionKind.Get
                && operation.InvokeUs > calmUs + (_options.LivenessMs * 1_000);
            var isRefused = operation.Answer is null or { Code: ErrorCode.Unavailable };
            if (isLate && isRefused && !operation.IsForgotten)
            {
                _violations.Add("not-answered", $"{operation.Kind} of {operation.Key} by client {operation.Client} "
                    + "got no definite answer long after the faults");
                return;
            }
        }
    }

    private void CheckFinal(KeyRecord key, long calmUs)
    {
        var row = key.Row;
        if (!_versions.TryGetValue((key.Group, row.Version), out var version))
        {
            return;
        }

        switch (row.Status)
        {
            case JobStatus.Scheduled or JobStatus.Retrying or JobStatus.Claimed:
                CheckLive(key, version, calmUs);
                break;
            case JobStatus.Delivered:
                CheckDelivered(version);
                break;
            case JobStatus.Dead:
                CheckDead(version);
                break;
            case JobStatus.Unknown:
                CheckUnknown(version);
                break;
            case JobStatus.Expired or JobStatus.Cancelled or JobStatus.Absent:
                break;
            default:
                throw new InvariantViolationException($"unknown status {row.Status}");
        }
    }

    private void CheckLive(KeyRecord key, VersionRecord version, long calmUs)
    {
        var sinceUs = Math.Max(Math.Max(calmUs, version.DueMs * 1_000), key.ChangedUs);
        var waitedMs = (_violations.NowUs - sinceUs) / 1_000;
        if (waitedMs > _options.LivenessMs && !_routes.IsPaused(version.Route))
        {
            _violations.Add("not-delivered", $"{version} is {key.Row.Status} {waitedMs} ms after it was due");
        }
    }

    private void CheckDelivered(VersionRecord version)
    {
        if (!version.Claims.Exists(claim => claim.Send is { SawSuccess: true, WasRead: true }))
        {
            _violations.Add("lost", $"{version} is delivered, but no recipient answered it with success");
        }
    }

    private void CheckDead(VersionRecord version)
    {
        if (version.IsRouteGone)
        {
            return;
        }

        var since = version.Claims.Where(claim => claim.Fact.Number > version.RedrivenAt).ToList();
        var failed = since.Count(claim => claim.Outcome
            is OutcomeFactKind.Retry or OutcomeFactKind.Dead or OutcomeFactKind.Unknown);
        var isAllowed = since.Exists(claim => failed >= claim.Fact.AttemptsMax
            || (claim.Outcome == OutcomeFactKind.Dead && (claim.Fact.IsAtMostOnce || claim.Send?.SawStatus == 410)));
        var isLateTruth = version.Claims.Exists(claim => claim.Result == JobStatus.Unknown);
        if (!isAllowed && !isLateTruth)
        {
            _violations.Add("lost", $"{version} is dead after {failed} failed attempts");
        }
    }

    private void CheckUnknown(VersionRecord version)
    {
        if (version.Claims.Count == 0 || !version.Claims[^1].Fact.IsAtMostOnce)
        {
            _violations.Add("lost", $"{version} is unknown, and not at most once");
        }
    }

    private void CheckHistories(IReadOnlyList<ClientOperation> operations, EndFigures figures)
    {
        var search = new LinearizabilityChecker(_options.LinearizabilityStepsMax);
        var byKey = operations.GroupBy(operation => operation.Key, StringComparer.Ordinal);
        foreach (var ofKey in byKey)
        {
            var system = _keys.TryGetValue(ofKey.Key, out var key) ? key.System : [];
            var verdict = search.Check(ofKey.Select(Timed).OfType<TimedAction>().Concat(system));
            figures.SearchSteps += search.Steps;
            figures.Undecided += verdict == Verdict.Undecided ? 1 : 0;
            if (verdict == Verdict.Violated)
            {
                _violations.Add("linearizability", $"no order explains the history of {ofKey.Key}");
            }
        }
    }

    /// <summary>An operation as the search needs it; null when it tells nothing or never took effect.</summary>
    /// <remarks>The log narrows the interval: nothing takes effect before its append or after its first
    /// apply.</remarks>
    private TimedAction? Timed(ClientOperation operation)
    {
        var isCommitted = _requests.TryGetValue(operation.Request, out var record);
        var isIdle = operation.Answer is null && !(isCommitted && record!.First.IsEffective);
        if (operation.Answer is { IsRefusedOutside: true } || isIdle)
        {
            return null;
        }

        var action = new JobAction
        {
            Kind = operation.Kind,
            Number = isCommitted ? record!.First.Number : default,
            Sameness = operation.Sameness,
            IfMatch = operation.IfMatch,
            Answer = operation.Answer ?? record?.First.Answer,
        };
        var isEffective = isCommitted && record!.First.IsEffective;
        return isEffective
            ? new TimedAction(
                action,
                Math.Max(operation.InvokeUs, record!.AppendedUs),
                Math.Min(operation.ReturnUs, record.AppliedUs),
                MayBeLost: false)
            : new TimedAction(action, operation.InvokeUs, operation.ReturnUs, MayBeLost: false);
    }
}
