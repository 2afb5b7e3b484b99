using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>What applied entries mean for the led groups.</content>
public sealed partial class TriggerEngine
{
    /// <summary>Entries were applied while this node leads the group.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="term">The term in which this node leads; effects of another are ignored.</param>
    /// <param name="effects">Their effects, in order.</param>
    /// <param name="now">The present.</param>
    public void OnEffects(GroupId groupId, Term term, ReadOnlySpan<JobEffect> effects, MonoMs now)
    {
        Take(now);
        if (!_led.TryGetValue(groupId, out var group) || group.Term != term)
        {
            return;
        }

        OnChanged(group);
        foreach (ref readonly var effect in effects)
        {
            OnEffect(group, effect);
        }
    }

    private void OnEffect(LedGroup group, in JobEffect effect)
    {
        switch (effect.Kind)
        {
            case JobEffectKind.Armed:
                OnArmed(group, effect);
                break;
            case JobEffectKind.Disarmed:
                OnDisarmed(group, effect);
                break;
            case JobEffectKind.Claimed:
                OnClaimed(group, effect);
                break;
            case JobEffectKind.ClaimRefused:
                OnClaimRefused(group, effect);
                break;
            case JobEffectKind.Settled:
                OnSettled(group, effect);
                break;
            case JobEffectKind.Stopped:
                OnStopped(group, effect);
                break;
            default:
                Invariant.Fail("unknown effect");
                break;
        }
    }

    private void OnArmed(LedGroup group, in JobEffect effect)
    {
        var job = new DueJob(
            effect.Key,
            effect.Version,
            effect.Due,
            effect.Route,
            effect.Mode,
            effect.ExpiresAt,
            effect.AttemptCount);
        group.GoneSinceScan.Remove(effect.Key);
        if (TryFindProposed(group, effect.Key, effect.Version, out var claim))
        {
            claim.WaitsAs = job;
            claim.WaitsInBacklog = effect.InBacklog;
            claim.IsRearmed = true;
        }
        else if (effect.InBacklog)
        {
            OnFiled(group, job);
        }
        else
        {
            Arm(group, job);
        }

        if (!effect.InBacklog)
        {
            LowerWatermark(group, effect.Due);
        }
    }

    private void OnDisarmed(LedGroup group, in JobEffect effect)
    {
        NoteGone(group, effect);
        if (_pending.TryFind(group, effect.Key, out var id) && _pending[id].Version <= effect.Version)
        {
            RemovePending(id);
        }

        if (TryFindProposed(group, effect.Key, effect.Version, out var claim))
        {
            claim.WaitsAs = null;
        }
    }

    private void OnClaimed(LedGroup group, in JobEffect effect)
    {
        NoteGone(group, effect);
        if (_pending.TryFind(group, effect.Key, out var id) && _pending[id].Version <= effect.Version)
        {
            RemovePending(id);
        }

        if (TryFindProposed(group, effect.Key, effect.Version, out var claim) && claim.Attempt == effect.Attempt)
        {
            Commit(claim, effect);
        }
        else
        {
            ReleaseOrphan(group, effect);
        }
    }

    private void OnClaimRefused(LedGroup group, in JobEffect effect)
    {
        Counters.ClaimsRefused++;
        if (TryFindProposed(group, effect.Key, effect.Version, out var claim))
        {
            RemoveClaim(claim);
            WaitAgain(claim, isKnown: claim.IsRearmed || effect.Code == ErrorCode.Overloaded);
        }
    }

    private void OnSettled(LedGroup group, in JobEffect effect)
    {
        group.HasDoneSinceFloor = true;
        if (group.ClaimsByNumber.TryGetValue(effect.Claim, out var claim))
        {
            RemoveClaim(claim);
        }

        if (_pending.TryFind(group, effect.Key, out var id) && _pending[id].Supersedes == effect.Claim)
        {
            RemovePending(id);
        }
    }

    private void OnStopped(LedGroup group, in JobEffect effect)
    {
        if (!group.ClaimsByNumber.TryGetValue(effect.Claim, out var claim))
        {
            return;
        }

        claim.IsStopped = true;
        if (claim.Stage == ClaimStage.Ready)
        {
            Release(claim);
        }
        else if (claim.Stage == ClaimStage.Inherited)
        {
            ActOnInherited(claim);
        }
    }

    /// <summary>A scan under way may have read the job before it stopped waiting.</summary>
    private static void NoteGone(LedGroup group, in JobEffect effect)
    {
        group.HasDoneSinceFloor = true;
        if (group.ScansUnderWay > 0)
        {
            group.GoneSinceScan[effect.Key] = effect.Version;
        }
    }

    /// <summary>
    /// A new version may be claimed while the claim of the one before is still on its way to be refused.
    /// </summary>
    private static bool TryFindProposed(LedGroup group, JobKey key, CommandNumber version, out ClaimRecord claim)
    {
        group.ClaimsByKey.TryGetValue(key, out claim!);
        while (claim is not null && (claim.IsRemoved || claim.Version != version))
        {
            claim = claim.Older!;
        }

        return claim is { Stage: ClaimStage.Proposed };
    }
}
