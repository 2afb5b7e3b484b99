using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

/// <summary>A job belongs to the life of its route in which it was accepted: another route of that name never sends it.
/// </summary>
public sealed class RebornRouteTests
{
    private readonly AVnode _vnode = new();

    [Fact]
    public void The_claim_for_a_route_created_later_ends_the_job_unsent()
    {
        _vnode.Apply(_vnode.CreateOf("a") with { RouteRevision = new(4) });

        var answer = _vnode.Apply(_vnode.ClaimOf("a") with { RouteCreated = new(9) });

        Assert.Equal(ErrorCode.RouteDeleted, answer.Code);
        Assert.Equal(JobState.Dead, _vnode.StateOf("a"));
        Assert.Equal(AttemptError.RouteDeleted, Assert.Single(_vnode.Get("a")!.Attempts).Error);
        Assert.Equal(
            [JobEffectKind.Disarmed, JobEffectKind.ClaimRefused], _vnode.Effects.Select(effect => effect.Kind));
    }

    [Fact]
    public void A_job_accepted_for_the_route_as_it_is_now_is_claimed()
    {
        _vnode.Apply(_vnode.CreateOf("a") with { RouteRevision = new(9) });

        Assert.True(_vnode.Apply(_vnode.ClaimOf("a") with { RouteCreated = new(9) }).IsOk);
    }

    [Fact]
    public void An_inherited_claim_is_settled_with_its_job()
    {
        _vnode.Apply(_vnode.CreateOf("a") with { RouteRevision = new(4) });
        var claim = _vnode.Claim("a");

        _vnode.Apply(_vnode.ClaimOf("a", supersedes: claim) with { RouteCreated = new(9), Attempt = 2 });

        Assert.Equal(JobState.Dead, _vnode.StateOf("a"));
        Assert.Empty(_vnode.Machine.OpenClaims);
        Assert.Contains(
            _vnode.Effects, effect => effect.Kind == JobEffectKind.Settled && effect.Claim == claim);
        Assert.Equal(ErrorCode.TooLate, _vnode.Resolve("a", claim, OutcomeKind.Complete).Code);
    }

    [Fact]
    public void A_stopped_job_stays_as_its_stop_says()
    {
        _vnode.Apply(_vnode.CreateOf("a") with { RouteRevision = new(4) });
        var claim = _vnode.Claim("a");
        _vnode.Ask(JobCommandKind.Cancel, "a");

        var answer = _vnode.Apply(
            _vnode.ClaimOf("a", supersedes: claim) with { RouteCreated = new(9), Attempt = 2 });

        Assert.Equal(ErrorCode.Finished, answer.Code);
        Assert.Single(_vnode.Machine.OpenClaims);
    }

    [Fact]
    public void A_redriven_job_is_for_whatever_route_has_the_name()
    {
        _vnode.Apply(_vnode.CreateOf("a") with { RouteRevision = new(4) });
        _vnode.Apply(_vnode.ClaimOf("a") with { RouteCreated = new(9) });

        _vnode.Ask(JobCommandKind.Redrive, "a");

        Assert.True(_vnode.Apply(_vnode.ClaimOf("a") with { RouteCreated = new(9) }).IsOk);
    }

    [Fact]
    public void Run_now_keeps_a_job_with_its_route()
    {
        _vnode.Apply(_vnode.CreateOf("a", delayMs: 9_000) with { RouteRevision = new(4) });
        _vnode.Ask(JobCommandKind.RunNow, "a");

        Assert.Equal(
            ErrorCode.RouteDeleted, _vnode.Apply(_vnode.ClaimOf("a") with { RouteCreated = new(9) }).Code);
    }
}
