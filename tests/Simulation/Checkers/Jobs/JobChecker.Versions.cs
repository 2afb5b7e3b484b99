using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>Versions and the claims made of them.</summary>
public sealed partial class JobChecker
{
    private readonly Dictionary<(NodeId Node, string Route), HashSet<ClaimRecord>> _openByRoute = [];
    private readonly Dictionary<NodeId, HashSet<ClaimRecord>> _openByNode = [];
    /// <summary>A group's due time may move back so far: a clock that is wrong becomes the lower of two.</summary>
    private const long ClockMovesMs = 300_000;

    private readonly Dictionary<GroupId, Term> _terms = [];
    private readonly Dictionary<NodeId, long> _confirmedUs = [];

    /// <summary>A node heard from the system group that its route table is current.</summary>
    /// <param name="node">The node.</param>
    /// <param name="requestSentUs">True time at which the node sent the request that was answered now.</param>
    public void RouteTableConfirmed(NodeId node, long requestSentUs) => _confirmedUs[node] = requestSentUs;

    /// <summary>
    /// An entry of a new term was applied for the first time anywhere, or a leader is about to transfer.
    /// </summary>
    public void TermApplied(GroupId group, Term term)
    {
        if (_terms.TryGetValue(group, out var old) && old < term)
        {
            foreach (var claims in _openByNode.Values)
            {
                var inherited = claims.Where(claim => claim.Fact.Group == group).ToList();
                _reach.Hit(Reach.ClaimInFlightAtLeaderChange, inherited.Count);
                inherited.ForEach(Inherited);
            }
        }

        _terms[group] = term;
    }

    /// <summary>A leader sends TimeoutNow for a planned transfer or stop.</summary>
    /// <param name="group">The group.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="handoverBeganUs">True time at which it stopped claiming.</param>
    public void Transferring(GroupId group, Term term, long handoverBeganUs)
    {
        var open = _openByNode.Values.Sum(claims => claims.Count(claim => claim.Fact.Group == group
            && claim.Fact.Term == term && claim.IsOpen));
        var isInTime = _violations.NowUs - handoverBeganUs < _options.HandoverMsMax * 1_000;
        if (open > 0 && isInTime)
        {
            _violations.Add("planned-transfer", $"group {group} is handed over with {open} open claims");
        }

        _reach.Hit(Reach.PlannedTransfer);
    }

    private void Note(ClientFact fact, KeyRecord key, in JobRow before)
    {
        _versions.TryGetValue((fact.Group, before.Version), out var old);
        if (key.Row.Version == fact.Number && before.Version != fact.Number)
        {
            Written(fact, old);
        }

        if (old is null)
        {
            return;
        }

        if (fact.Kind == JobActionKind.Redrive)
        {
            _reach.Hit(Reach.Redriven);
            Duplicates.Allow(DuplicateCause.Redriven);
            old.IsOfAnyLife = true;
            (old.RedrivenAt, old.DueMs) = (fact.Number, Math.Max(fact.TimeMs, old.TriggerMs));
        }

        if (fact.Kind == JobActionKind.Cancel)
        {
            NoteCancel(fact, old, before);
        }
    }

    private void NoteCancel(ClientFact fact, VersionRecord version, in JobRow before)
    {
        if (fact.Answer.IsWon)
        {
            _reach.Hit(Reach.CancelWon);
            version.IsCancelWon = true;
            if (version.SendCount > 0)
            {
                _violations.Add("sent-before-won", $"{version} was sent, then a cancel answered won");
            }
        }

        if (fact.Answer.IsStopped)
        {
            _reach.Hit(Reach.StopOfClaimed, before.Status == JobStatus.Claimed ? 1 : 0);
            version.StoppedAt = version.StoppedAt == default ? fact.Number : version.StoppedAt;
        }
    }

    private void Written(ClientFact fact, VersionRecord? old)
    {
        var isRun = fact.Kind == JobActionKind.RunNow;
        _reach.Hit(Reach.RunNow, isRun ? 1 : 0);
        _reach.Hit(Reach.Replaced, fact.Kind == JobActionKind.Upsert && old is not null ? 1 : 0);
        var triggerMs = isRun ? fact.TimeMs : fact.TriggerMs ?? (fact.TimeMs + (fact.DelayMs ?? 0));
        var version = new VersionRecord
        {
            Group = fact.Group,
            Version = fact.Number,
            Key = fact.Key,
            TriggerMs = triggerMs,
            Route = isRun ? old?.Route ?? "" : fact.Route,
            RouteRevision = isRun ? old?.RouteRevision ?? default : fact.RouteRevision,
            IsOfAnyLife = isRun && old is { IsOfAnyLife: true },
            ExpiresAtMs = !isRun && fact.ExpireAfterMs > 0 ? triggerMs + fact.ExpireAfterMs : 0,
        };
        version.DueMs = triggerMs;
        if (!_versions.TryAdd((fact.Group, fact.Number), version))
        {
            _violations.Add("version-shared", $"{version} is also {_versions[(fact.Group, fact.Number)]}");
        }
    }

    private void Supersede(VersionRecord version, ClaimRecord old, ClaimRecord next)
    {
        _reach.Hit(Reach.ClaimSuperseded);
        if (!old.IsOpen || !old.IsInherited || old.Fact.Term >= next.Fact.Term)
        {
            _violations.Add("supersede", $"{version}: claim {next.Fact.Number} of term {next.Fact.Term} replaces "
                + $"{old.Fact.Number} of term {old.Fact.Term}");
        }

        old.IsSuperseded = true;
        Closed(old);
    }

    private void Resolve(ClaimRecord claim, OutcomeFact fact)
    {
        claim.Outcome = fact.Kind;
        Closed(claim);
        claim.Result = fact.Result;
        var isFailed = fact.Kind is OutcomeFactKind.Retry or OutcomeFactKind.Dead or OutcomeFactKind.Unknown;
        _reach.Hit(Reach.ClaimReleased, fact.Kind == OutcomeFactKind.Release ? 1 : 0);
        _reach.Hit(Reach.Retried, fact.Result == JobStatus.Retrying && isFailed ? 1 : 0);
        _reach.Hit(Reach.DeadLetter, fact.Result == JobStatus.Dead ? 1 : 0);
        _reach.Hit(Reach.Unknown, fact.Result == JobStatus.Unknown ? 1 : 0);
        if (fact.Result == JobStatus.Retrying && isFailed
            && _versions.TryGetValue((fact.Group, fact.Version), out var version))
        {
            version.DueMs = Math.Max(version.DueMs, fact.NextDueMs);
            Duplicates.Allow(DuplicateCause.Failed);
        }

        if (fact.Kind == OutcomeFactKind.Retry && fact.NextDueMs < fact.EndMs - ClockMovesMs)
        {
            _violations.Add("retry-wait", $"{fact.Key}: claim {fact.Claim} failed at {fact.EndMs}, "
                + $"and is to be tried again at {fact.NextDueMs}");
        }

        if (fact.Kind == OutcomeFactKind.Complete && claim.Send is not { SawSuccess: true })
        {
            _violations.Add("outcome-truth", $"{fact.Key}: claim {fact.Claim} is complete without an answered request");
        }

        if (claim.Send is { } send && (fact.Kind == OutcomeFactKind.Release || fact.WroteNothing)
            && send.Saw != SenderSaw.ConnectRefused)
        {
            _violations.Add("outcome-truth", $"{fact.Key}: claim {fact.Claim} was sent, yet is {fact.Kind} unwritten");
        }
    }

    private void Inherited(ClaimRecord claim)
    {
        claim.IsInherited = true;
        Duplicates.Allow(DuplicateCause.Inherited);
        Closed(claim);
    }

    private void Opened(ClaimRecord claim)
    {
        SetOf(_openByNode, claim.Node).Add(claim);
        SetOf(_openByRoute, (claim.Node, claim.Fact.Route)).Add(claim);
    }

    private void Closed(ClaimRecord claim)
    {
        SetOf(_openByNode, claim.Node).Remove(claim);
        SetOf(_openByRoute, (claim.Node, claim.Fact.Route)).Remove(claim);
    }

    private static HashSet<ClaimRecord> SetOf<T>(Dictionary<T, HashSet<ClaimRecord>> sets, T key)
        where T : notnull
    {
        if (!sets.TryGetValue(key, out var set))
        {
            sets[key] = set = [];
        }

        return set;
    }

    private void CheckAdmission(VersionRecord version, ClaimRecord claim, long appendedUs)
    {
        var fact = claim.Fact;
        if (fact.DueMs - fact.TimeMs > _options.ClaimLeadMsMax)
        {
            _violations.Add("claim-lead", $"{version} was claimed {fact.DueMs - fact.TimeMs} ms ahead");
        }

        if (fact.DueMs != version.DueMs)
        {
            _violations.Add("claim-due", $"{version} was claimed for {fact.DueMs}, it is due at {version.DueMs}");
        }

        if (version.StoppedAt != default && version.RedrivenAt < version.StoppedAt)
        {
            _violations.Add("claimed-after-stop", $"{version} was claimed after its delete answered stopped");
        }

        if (_routes.IsPausedFor(fact.Route, fact.RouteRevision, appendedUs))
        {
            _violations.Add("claim-paused", $"{version} was claimed while {fact.Route} is paused and confirmed");
        }

        if (_routes.IsStale(fact.Route, fact.RouteRevision, appendedUs))
        {
            _violations.Add("claim-stale", $"{version} was claimed by {fact.Route} at {fact.RouteRevision}, after a "
                + "later put of it was acknowledged");
        }

        if (!version.IsOfAnyLife
            && _routes.WasDeletedBetween(fact.Route, version.RouteRevision, fact.RouteRevision))
        {
            _violations.Add("claim-reborn", $"{version} was accepted for {fact.Route} at {version.RouteRevision}, "
                + $"and is claimed for what has its name since its delete, at {fact.RouteRevision}");
        }

        CheckClaimCounts(claim, appendedUs);
    }

    private void CheckClaimCounts(ClaimRecord claim, long appendedUs)
    {
        var node = SetOf(_openByNode, claim.Node);
        if (node.Count > _options.ClaimsMax)
        {
            _violations.Add("claims-max", $"node {claim.Node} has {node.Count} open claims");
        }

        var fact = claim.Fact;
        if (_routes.TryGetConcurrency(fact.Route, _violations.NowUs, _options.StaleRevisionMs, out var limit))
        {
            // A claim whose request ended, that was given back, was stopped or missed its deadline holds no slot.
            var held = SetOf(_openByRoute, (claim.Node, fact.Route)).Count(HoldsSlot);
            if (held > limit)
            {
                _violations.Add("claim-admission", $"node {claim.Node} holds {held} claims of "
                    + $"{fact.Route}, limit {limit}");
            }
        }

        var isConfirmed = !_confirmedUs.TryGetValue(claim.Node, out var confirmedUs)
            || appendedUs - confirmedUs <= _options.ConfirmedMsMax * 1_000;
        if (!isConfirmed)
        {
            _violations.Add("claim-unconfirmed", $"node {claim.Node} claims {(appendedUs - confirmedUs) / 1_000} ms "
                + "after its route table was confirmed");
        }
    }

    private bool HoldsSlot(ClaimRecord claim)
    {
        if (claim.Send is { } send)
        {
            return send.EndUs == long.MaxValue;
        }

        var isStopped = _versions.TryGetValue((claim.Fact.Group, claim.Fact.Version), out var version)
            && version.StoppedAt != default;
        var isInTime = _violations.NowUs / 1_000 < claim.Fact.SendByMs - 1_000 + _options.ClaimLeadMsMax;
        return !isStopped && !claim.IsGivenBack && isInTime;
    }
}
