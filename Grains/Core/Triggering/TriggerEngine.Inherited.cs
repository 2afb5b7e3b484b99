using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>Claims of an earlier leader: never sent as they stand.</content>
public sealed partial class TriggerEngine
{
    private void Inherit(LedGroup group, IReadOnlyList<ClaimView> claims)
    {
        foreach (var view in claims)
        {
            if (!TryTakeBack(group, view))
            {
                Counters.ClaimsInherited++;
                var claim = new ClaimRecord
                {
                    Group = group,
                    Key = view.Key,
                    Version = view.Version,
                    Attempt = view.Attempt,
                    Mode = view.Mode,
                    Due = view.Due,
                    Stage = ClaimStage.Inherited,
                    Number = view.Number,
                    IsStopped = view.IsStopped,
                    Inherited = view,
                };
                AddClaim(claim);
                group.ClaimsByNumber.Add(claim.Number, claim);
                SetClaimTimer(claim, _now + _options.InheritGraceMs);
            }
        }

        _forwards.RemoveAll(forward => forward.Group == group.Id);
    }

    /// <summary>
    /// A claim of this node's own earlier leadership whose attempt is still under way, or whose outcome is known: it is
    /// awaited, or resolved, and not superseded.
    /// </summary>
    private bool TryTakeBack(LedGroup group, in ClaimView view)
    {
        var number = view.Number;
        var known = _forwards.Find(forward => forward.Group == group.Id && forward.Outcome.Claim == number);
        if (!_deposed.Remove((group.Id, number), out var claim) && known is null)
        {
            return false;
        }

        claim ??= new ClaimRecord
        {
            Group = group,
            Key = view.Key,
            Version = view.Version,
            Attempt = view.Attempt,
            Mode = view.Mode,
            Due = view.Due,
            Number = number,
        };
        claim.Group = group;
        claim.IsStopped = view.IsStopped;
        AddClaim(claim);
        group.ClaimsByNumber.Add(number, claim);
        if (known is not null)
        {
            Resolve(claim, known.Outcome);
        }

        return true;
    }

    /// <summary>
    /// Stopped: over. At most once: nobody knows whether it was sent. At least once: the job passes admission again,
    /// not
    /// before its time, and a new claim takes the place of this one.
    /// </summary>
    private void ActOnInherited(ClaimRecord claim)
    {
        var group = claim.Group;
        if (_pending.TryFind(group, claim.Key, out var id))
        {
            RemovePending(id);
        }

        if (TryFindProposed(group, claim.Key, claim.Version, out var proposed) && proposed.Supersedes == claim.Number)
        {
            return;
        }

        if (claim.IsStopped)
        {
            Resolve(claim, OutcomeOf(claim, OutcomeKind.Abandon) with { Error = AttemptError.LeaderLost });
        }
        else if (claim.Mode == DeliveryMode.AtMostOnce)
        {
            Resolve(claim, OutcomeOf(claim, OutcomeKind.Unknown) with { Error = AttemptError.LeaderLost });
        }
        else
        {
            ArmSuperseding(claim);
        }
    }

    private void ArmSuperseding(ClaimRecord claim)
    {
        var view = claim.Inherited;
        var job = new DueJob(
            view.Key, view.Version, view.Due, view.Route, view.Mode, view.ExpiresAt, view.Attempt);
        var id = AddPending(claim.Group, job, inBacklog: false);
        _pending[id].Supersedes = claim.Number;
    }

    /// <summary>
    /// The job of an inherited claim can be sent no more: its claim is resolved, then the job ends as others do.
    /// </summary>
    private void EndInherited(LedGroup group, CommandNumber number, JobCommandKind why)
    {
        if (!group.ClaimsByNumber.TryGetValue(number, out var claim))
        {
            return;
        }

        var isGone = why == JobCommandKind.RouteGone;
        Resolve(claim, OutcomeOf(claim, isGone ? OutcomeKind.Dead : OutcomeKind.Retry) with
        {
            Error = isGone ? AttemptError.RouteDeleted : AttemptError.LeaderLost,
            Due = isGone ? default : group.Clock.Now,
        });
    }
}
