using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <content>Claims: proposed, committed, refused, and the slots that they hold meanwhile.</content>
public sealed partial class TriggerEngine
{
    private readonly PriorityQueue<ClaimRecord, (long At, long Order)> _claimTimers = new();
    private int _claimCount;

    /// <summary>A proposal was refused, or another leader's entry took its place: nothing of it takes effect.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="proposalId">The proposal's id.</param>
    /// <param name="now">The present.</param>
    public void OnProposalFailed(GroupId groupId, long proposalId, MonoMs now)
    {
        Take(now);
        if (!_led.TryGetValue(groupId, out var group))
        {
            return;
        }

        Hold(group);
        var failed = group.Claims.FindAll(claim => claim.ProposalId == proposalId);
        foreach (var claim in failed)
        {
            if (claim.Stage == ClaimStage.Proposed)
            {
                RemoveClaim(claim);
                WaitAgain(claim, isKnown: true);
            }
            else if (claim.Stage == ClaimStage.Resolving)
            {
                claim.Stage = ClaimStage.Ended;
                SetClaimTimer(claim, _now + _options.ProposeAgainMs);
            }
        }
    }

    /// <summary>
    /// A log that takes nothing now takes nothing a moment later: the group makes no new claims for a while, and the
    /// others go on. Each refusal costs one wait, so a group whose proposals are all refused does not turn at one
    /// instant.
    /// </summary>
    private void Hold(LedGroup group)
    {
        group.HeldUntil = _now + _options.ProposeAgainMs;
        RunGroupBy(group, group.HeldUntil.Value);
    }

    private void EndHold(LedGroup group)
    {
        if (group.HeldUntil is { } until && until <= _now)
        {
            group.HeldUntil = null;
            ActivateBacklogs(group);
        }
    }

    /// <summary>Proposes a claim for an admitted job; its slots are held from here on.</summary>
    private void ProposeClaim(int id, Route route)
    {
        ref var job = ref _pending[id];
        var group = job.Group;
        var claim = new ClaimRecord
        {
            Group = group,
            Key = job.Key,
            Version = job.Version,
            Attempt = job.AttemptCount + 1,
            Mode = job.Mode == DeliveryMode.RouteDefault ? route.Mode : job.Mode,
            Due = job.Due,
            Route = route,
            Queue = job.Queue,
            Stage = ClaimStage.Proposed,
            Supersedes = job.Supersedes,
            SendDeadline = _now + _options.SendWithinMs,
            WaitsInBacklog = job.InBacklog,
            WaitsAs = new DueJob(
                job.Key, job.Version, job.Due, route.Key, job.Mode, job.ExpiresAt, job.AttemptCount),
        };
        RemovePending(id);
        TakeSlot(claim);
        AddClaim(claim);
        Counters.ClaimsProposed++;
        Post(group, CommandOf(claim, group.Clock.Now), claim);
    }

    private JobCommand CommandOf(ClaimRecord claim, UnixMs time) => new()
    {
        Kind = JobCommandKind.Claim,
        Time = time,
        Key = claim.Key,
        Version = claim.Version,
        Attempt = claim.Attempt,
        Route = claim.Route!.Key,
        RouteRevision = claim.Route.Revision,
        RouteCreated = claim.Route.Created,
        Mode = claim.Mode,
        TimeoutMs = claim.Route.TimeoutMs,
        AttemptsMax = claim.Route.AttemptsMax,
        Due = claim.Due,
        SendBy = time + _options.SendWithinMs,
        Claim = claim.Supersedes,
    };

    /// <summary>The claim is committed: the job is the sender's, until its deadline.</summary>
    private void Commit(ClaimRecord claim, in JobEffect effect)
    {
        if (claim.Group.ClaimsByNumber.TryGetValue(claim.Supersedes, out var inherited))
        {
            RemoveClaim(inherited);
        }

        claim.Stage = ClaimStage.Ready;
        claim.SendingSince = _now;
        claim.Number = effect.Claim;
        claim.TriggerTime = effect.TriggerTime;
        claim.FailedCount = effect.FailedCount;
        claim.Meta = effect.Meta;
        claim.Trace = effect.Trace;
        claim.Group.ClaimsByNumber.Add(claim.Number, claim);
        SetClaimTimer(claim, claim.SendDeadline);
        var waitMs = Math.Max(0, claim.Due - claim.Group.Clock.Now);
        _sends.Add(new ReadySend(claim.Group.Id, claim.Number, claim.Due, _now + waitMs));
    }

    /// <summary>A claim that nobody here waits for: nothing of it was sent or will be, so it is given back.</summary>
    private void ReleaseOrphan(LedGroup group, in JobEffect effect)
    {
        var claim = new ClaimRecord
        {
            Group = group,
            Key = effect.Key,
            Version = effect.Version,
            Attempt = effect.Attempt,
            Mode = effect.Mode,
            Due = effect.Due,
            Stage = ClaimStage.Ready,
            Number = effect.Claim,
        };
        AddClaim(claim);
        group.ClaimsByNumber.Add(claim.Number, claim);
        Release(claim);
    }

    /// <summary>A claim came to nothing: its job waits as before, as far as it is known to wait.</summary>
    /// <param name="claim">The claim, taken out.</param>
    /// <param name="isKnown">Whether the job surely waits; else only the disk knows.</param>
    private void WaitAgain(ClaimRecord claim, bool isKnown)
    {
        var group = claim.Group;
        if (group.ClaimsByNumber.TryGetValue(claim.Supersedes, out var inherited))
        {
            SetClaimTimer(inherited, _now + _options.ProposeAgainMs);
            return;
        }

        if (claim.WaitsAs is not { } job)
        {
            return;
        }

        if (claim.WaitsInBacklog && !isKnown)
        {
            AddBacklog(QueueOf(job.Route), group, new DuePosition(job.Due, job.Key));
        }
        else if (!isKnown)
        {
            SweepSoon(group);
        }
        else if (Supersede(group, job))
        {
            var id = AddPending(group, job, claim.WaitsInBacklog);
            var again = group.Clock.Now + _options.ProposeAgainMs;
            var takeUp = TakeUpTime(job.Due);
            _wheel.Arm(id, takeUp > again ? takeUp : again);
        }
    }

    private static void AddClaim(ClaimRecord claim)
    {
        claim.ListIndex = claim.Group.Claims.Count;
        claim.Group.Claims.Add(claim);
        claim.Older = claim.Group.ClaimsByKey.GetValueOrDefault(claim.Key);
        claim.Group.ClaimsByKey[claim.Key] = claim;
    }

    /// <summary>The claim is over: all that it holds is given back.</summary>
    private void RemoveClaim(ClaimRecord claim)
    {
        var group = claim.Group;
        FreeGate(claim);
        FreeSlot(claim);
        group.ClaimsByNumber.Remove(claim.Number);
        claim.IsRemoved = true;
        ForgetNewest(group, claim.Key);
        var last = group.Claims[^1];
        group.Claims[claim.ListIndex] = last;
        last.ListIndex = claim.ListIndex;
        group.Claims.RemoveAt(group.Claims.Count - 1);
        claim.TimerAt = default;
    }

    /// <summary>The newest claim of a job that is over makes place for the one before, if that is not.</summary>
    private static void ForgetNewest(LedGroup group, JobKey key)
    {
        var newest = group.ClaimsByKey.GetValueOrDefault(key);
        while (newest is { IsRemoved: true })
        {
            newest = newest.Older;
        }

        if (newest is null)
        {
            group.ClaimsByKey.Remove(key);
        }
        else
        {
            group.ClaimsByKey[key] = newest;
        }
    }

    private void TakeSlot(ClaimRecord claim)
    {
        claim.HoldsGate = true;
        claim.HoldsSlot = true;
        claim.Queue!.ClaimCount++;
        _claimCount++;
    }

    /// <summary>The recipient is free again: the attempt is over, or was never made.</summary>
    private void FreeGate(ClaimRecord claim)
    {
        if (!claim.HoldsGate)
        {
            return;
        }

        claim.HoldsGate = false;
        _gate.Unreserve(claim.Queue!.Key, _now, claim.IsWritten);
        if (claim.Queue.RetryAt is not null)
        {
            Activate(claim.Queue);
        }
    }

    private void FreeSlot(ClaimRecord claim)
    {
        if (claim.HoldsSlot)
        {
            claim.HoldsSlot = false;
            claim.Queue!.ClaimCount--;
            _claimCount--;
        }
    }

    private void SetClaimTimer(ClaimRecord claim, MonoMs at)
    {
        claim.TimerAt = at;
        _claimTimers.Enqueue(claim, (at.Value, _ids++));
    }

    private void RunClaimTimers()
    {
        while (_claimTimers.TryPeek(out var claim, out var due) && due.At <= _now.Value)
        {
            _claimTimers.Dequeue();
            if (claim.TimerAt.Value == due.At)
            {
                OnClaimTimer(claim);
            }
        }
    }

    private void OnClaimTimer(ClaimRecord claim)
    {
        claim.TimerAt = default;
        switch (claim.Stage)
        {
            case ClaimStage.Inherited:
                ActOnInherited(claim);
                break;
            case ClaimStage.Ready:
                Release(claim);
                break;
            case ClaimStage.Sending:
                OnNoReport(claim);
                break;
            case ClaimStage.Ended:
                Post(claim.Group, claim.Outcome!, claim);
                break;
            case ClaimStage.Proposed or ClaimStage.Resolving:
                break;
            default:
                Invariant.Fail("unknown stage");
                break;
        }
    }
}
