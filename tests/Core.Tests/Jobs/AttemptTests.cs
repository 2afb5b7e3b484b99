using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Jobs;

public sealed class AttemptTests
{
    private readonly AVnode _vnode = new();

    [Fact]
    public void A_claim_carries_what_the_sender_needs()
    {
        var version = _vnode.Create("a");

        var claim = _vnode.Claim("a");

        var claimed = Assert.Single(_vnode.Effects);
        Assert.Equal((JobEffectKind.Claimed, version, claim), (claimed.Kind, claimed.Version, claimed.Claim));
        Assert.Equal((1, 10_000, 3, _vnode.Now + 1_000),
            (claimed.Attempt, claimed.TimeoutMs, claimed.AttemptsMax, claimed.SendBy));
        Assert.Equal("m"u8.ToArray(), claimed.Meta.ToArray());
        Assert.Equal((JobState.Claimed, 1), (_vnode.Get("a")!.State, _vnode.Get("a")!.AttemptCount));
        Assert.Empty(_vnode.Due());
    }

    [Fact]
    public void A_claimed_job_is_not_claimed_again()
    {
        _vnode.Create("a");
        _vnode.Claim("a");
        var hash = _vnode.Machine.ContentHash;

        var answer = _vnode.Apply(_vnode.ClaimOf("a"));

        Assert.Equal(ErrorCode.TooLate, answer.Code);
        Assert.Equal(JobEffectKind.ClaimRefused, Assert.Single(_vnode.Effects).Kind);
        Assert.Equal(hash, _vnode.Machine.ContentHash);
    }

    [Fact]
    public void A_claim_of_an_old_version_or_of_a_wrong_attempt_is_refused()
    {
        _vnode.Create("a");
        var old = _vnode.ClaimOf("a");
        _vnode.Apply(_vnode.UpsertOf("a"));

        Assert.Equal(ErrorCode.VersionMismatch, _vnode.Apply(old).Code);
        Assert.Equal(ErrorCode.VersionMismatch, _vnode.Apply(_vnode.ClaimOf("a") with { Attempt = 2 }).Code);
        Assert.Equal(JobState.Scheduled, _vnode.StateOf("a"));
    }

    [Fact]
    public void A_refused_claim_arms_the_job_again_if_it_still_waits()
    {
        _vnode.Create("a", delayMs: 21);

        Assert.Equal(ErrorCode.InvalidRequest, _vnode.Apply(_vnode.ClaimOf("a")).Code);

        Assert.Equal([JobEffectKind.Armed, JobEffectKind.ClaimRefused], _vnode.Effects.Select(effect => effect.Kind));
        _vnode.Now += 1;
        Assert.True(_vnode.Apply(_vnode.ClaimOf("a")).IsOk);
    }

    [Theory]
    [InlineData(DeliveryMode.AtMostOnce, DeliveryMode.AtLeastOnce)]
    [InlineData(DeliveryMode.AtLeastOnce, DeliveryMode.AtMostOnce)]
    [InlineData(DeliveryMode.RouteDefault, DeliveryMode.RouteDefault)]
    public void A_claim_in_another_mode_than_the_job_says_is_refused(DeliveryMode job, DeliveryMode claim)
    {
        _vnode.Apply(_vnode.CreateOf("a") with { Mode = job });

        Assert.Equal(ErrorCode.InvalidRequest, _vnode.Apply(_vnode.ClaimOf("a", claim)).Code);
    }

    [Fact]
    public void A_delivered_job_leaves_a_stub_without_its_body()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        _vnode.Now += 30;

        _vnode.Resolve("a", claim, OutcomeKind.Complete);

        var view = _vnode.Get("a")!;
        Assert.Equal((JobState.Delivered, 1, (ushort)200, 30L),
            (view.State, view.AttemptCount, view.LastStatus, view.LatenessMs));
        Assert.True(view.Meta.IsEmpty && view.Attempts.Count == 0);
        var settled = Assert.Single(_vnode.Effects);
        Assert.Equal((JobEffectKind.Settled, claim, JobState.Delivered), (settled.Kind, settled.Claim, settled.State));
    }

    [Fact]
    public void A_retry_waits_at_its_due_time_and_keeps_the_history()
    {
        _vnode.Create("a");

        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Retry);

        var view = _vnode.Get("a")!;
        Assert.Equal((JobState.Retrying, _vnode.Now + 5_000), (view.State, view.Due));
        Assert.Equal(new AttemptRecord(1, _vnode.Now, 500, AttemptError.Status, 12), Assert.Single(view.Attempts));
        Assert.Equal(["a"], _vnode.Due());
        Assert.Contains(_vnode.Effects, effect => effect.Kind == JobEffectKind.Armed);
    }

    [Fact]
    public void A_retry_without_a_due_time_waits_at_the_old_one()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");

        _vnode.Apply(_vnode.OutcomeOf("a", claim, OutcomeKind.Retry) with { Due = default });

        Assert.Equal(_vnode.Now, _vnode.Get("a")!.Due);
    }

    [Fact]
    public void The_last_failed_attempt_makes_the_job_dead_and_keeps_its_body()
    {
        _vnode.Create("a");
        for (var i = 0; i < 3; i++)
        {
            Assert.NotEqual(JobState.Dead, _vnode.StateOf("a"));
            _vnode.Now += 5_000;
            _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Retry);
        }

        var view = _vnode.Get("a")!;
        Assert.Equal((JobState.Dead, 3, 3), (view.State, view.AttemptCount, view.Attempts.Count));
        Assert.False(view.Meta.IsEmpty);
    }

    [Fact]
    public void The_history_keeps_the_newest_attempts_only()
    {
        var vnode = new AVnode(new JobOptions { AttemptsKept = 2 });
        vnode.Create("a");
        for (var i = 0; i < 3; i++)
        {
            vnode.Apply(vnode.ClaimOf("a") with { AttemptsMax = 100 });
            vnode.Resolve("a", vnode.Last, OutcomeKind.Retry);
            vnode.Now += 5_000;
        }

        Assert.Equal([2, 3], vnode.Get("a")!.Attempts.Select(attempt => attempt.Number));
    }

    [Fact]
    public void A_release_gives_back_state_and_attempt_number()
    {
        _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Retry);
        _vnode.Now += 5_000;

        _vnode.Resolve("a", _vnode.Claim("a"), OutcomeKind.Release);

        Assert.Equal((JobState.Retrying, 1), (_vnode.Get("a")!.State, _vnode.Get("a")!.AttemptCount));
        Assert.Contains(_vnode.Effects, effect => effect.Kind == JobEffectKind.Armed);
        Assert.Equal(["a"], _vnode.Due());
    }

    [Fact]
    public void The_outcome_of_an_old_claim_is_ignored_and_told()
    {
        _vnode.Create("a");
        var old = _vnode.Claim("a");
        _vnode.Resolve("a", old, OutcomeKind.Release);
        _vnode.Claim("a");
        var hash = _vnode.Machine.ContentHash;

        var answer = _vnode.Resolve("a", old, OutcomeKind.Complete);

        Assert.Equal(ErrorCode.TooLate, answer.Code);
        Assert.Equal(JobState.Claimed, _vnode.StateOf("a"));
        Assert.Equal(hash, _vnode.Machine.ContentHash);
        Assert.Equal(old, Assert.Single(_vnode.Effects).Claim);
    }

    [Fact]
    public void An_outcome_of_an_old_version_is_ignored()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        var late = _vnode.OutcomeOf("a", claim, OutcomeKind.Complete);
        _vnode.Resolve("a", claim, OutcomeKind.Dead);
        _vnode.Apply(_vnode.UpsertOf("a"));

        Assert.Equal(ErrorCode.TooLate, _vnode.Apply(late).Code);
        Assert.Equal(JobState.Scheduled, _vnode.StateOf("a"));
    }

    [Fact]
    public void An_inherited_claim_is_superseded_and_its_attempt_recorded_but_not_counted()
    {
        _vnode.Create("a");
        var old = _vnode.Claim("a");

        Assert.True(_vnode.Apply(_vnode.ClaimOf("a", supersedes: old)).IsOk);

        var claimed = Assert.Single(_vnode.Effects);
        Assert.Equal((2, 0), (claimed.Attempt, claimed.FailedCount));
        Assert.Equal(AttemptError.LeaderLost, Assert.Single(_vnode.Get("a")!.Attempts).Error);
        Assert.Equal(ErrorCode.TooLate, _vnode.Resolve("a", old, OutcomeKind.Complete).Code);
    }

    [Fact]
    public void A_released_superseding_claim_leaves_the_job_attempted()
    {
        _vnode.Create("a");
        var old = _vnode.Claim("a");
        _vnode.Apply(_vnode.ClaimOf("a", supersedes: old));

        _vnode.Resolve("a", _vnode.Last, OutcomeKind.Release);

        Assert.Equal(JobState.Retrying, _vnode.StateOf("a"));
        Assert.Equal(CancelResult.Stopped, _vnode.Ask(JobCommandKind.Cancel, "a").Cancel);
    }

    [Fact]
    public void Only_the_current_claim_can_be_superseded()
    {
        _vnode.Create("a");
        var first = _vnode.Claim("a");
        _vnode.Apply(_vnode.ClaimOf("a", supersedes: first));

        Assert.Equal(ErrorCode.TooLate, _vnode.Apply(_vnode.ClaimOf("a", supersedes: first)).Code);
    }

    [Fact]
    public void A_claim_that_would_supersede_one_with_an_outcome_is_refused()
    {
        _vnode.Create("a");
        var old = _vnode.Claim("a");
        _vnode.Resolve("a", old, OutcomeKind.Retry);
        _vnode.Now += 5_000;

        Assert.Equal(ErrorCode.TooLate, _vnode.Apply(_vnode.ClaimOf("a", supersedes: old)).Code);
        Assert.Equal(JobState.Retrying, _vnode.StateOf("a"));
    }

    [Fact]
    public void An_at_most_once_claim_is_never_superseded()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a", DeliveryMode.AtMostOnce);

        Assert.Equal(
            ErrorCode.TooLate, _vnode.Apply(_vnode.ClaimOf("a", DeliveryMode.AtMostOnce, supersedes: claim)).Code);
    }

    [Fact]
    public void At_most_once_is_tried_again_only_if_nothing_was_written()
    {
        _vnode.Create("a");
        _vnode.Resolve("a", _vnode.Claim("a", DeliveryMode.AtMostOnce), OutcomeKind.Retry, wroteNothing: true);
        Assert.Equal(JobState.Retrying, _vnode.StateOf("a"));
        _vnode.Now += 5_000;

        _vnode.Resolve("a", _vnode.Claim("a", DeliveryMode.AtMostOnce), OutcomeKind.Retry);

        Assert.Equal(JobState.Unknown, _vnode.StateOf("a"));
    }

    [Theory]
    [InlineData(OutcomeKind.Complete, JobState.Delivered)]
    [InlineData(OutcomeKind.Dead, JobState.Dead)]
    [InlineData(OutcomeKind.Retry, JobState.Unknown)]
    [InlineData(OutcomeKind.Release, JobState.Unknown)]
    public void A_late_outcome_turns_unknown_into_the_truth(OutcomeKind late, JobState state)
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a", DeliveryMode.AtMostOnce);
        _vnode.Resolve("a", claim, OutcomeKind.Unknown);

        _vnode.Resolve("a", claim, late);

        Assert.Equal(state, _vnode.StateOf("a"));
    }

    [Fact]
    public void A_redriven_unknown_job_no_longer_takes_its_late_outcome()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a", DeliveryMode.AtMostOnce);
        _vnode.Resolve("a", claim, OutcomeKind.Unknown);
        _vnode.Ask(JobCommandKind.Redrive, "a");
        _vnode.Resolve("a", _vnode.Claim("a", DeliveryMode.AtMostOnce), OutcomeKind.Unknown);

        Assert.Equal(ErrorCode.TooLate, _vnode.Resolve("a", claim, OutcomeKind.Complete).Code);
        Assert.Equal(JobState.Unknown, _vnode.StateOf("a"));
    }

    [Theory]
    [InlineData(OutcomeKind.Complete, JobState.Delivered)]
    [InlineData(OutcomeKind.Retry, JobState.Cancelled)]
    [InlineData(OutcomeKind.Dead, JobState.Cancelled)]
    [InlineData(OutcomeKind.Unknown, JobState.Cancelled)]
    [InlineData(OutcomeKind.Release, JobState.Cancelled)]
    [InlineData(OutcomeKind.Abandon, JobState.Cancelled)]
    public void A_stopped_job_ends_with_its_claim(OutcomeKind outcome, JobState state)
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        _vnode.Ask(JobCommandKind.Cancel, "a");

        _vnode.Resolve("a", claim, outcome);

        Assert.Equal(state, _vnode.StateOf("a"));
        Assert.Empty(_vnode.Machine.OpenClaims);
        Assert.Empty(_vnode.Due());
    }

    [Fact]
    public void A_stopped_job_is_never_claimed_again()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");
        _vnode.Ask(JobCommandKind.Cancel, "a");

        Assert.Equal(ErrorCode.Finished, _vnode.Apply(_vnode.ClaimOf("a", supersedes: claim)).Code);
        Assert.Equal(ErrorCode.TooLate, _vnode.Apply(_vnode.ClaimOf("a")).Code);
    }

    [Fact]
    public void Only_a_stopped_jobs_claim_can_be_abandoned()
    {
        _vnode.Create("a");
        var claim = _vnode.Claim("a");

        Assert.Equal(ErrorCode.InvalidRequest, _vnode.Resolve("a", claim, OutcomeKind.Abandon).Code);
        Assert.Empty(_vnode.Effects);
        Assert.Equal(JobState.Claimed, _vnode.StateOf("a"));
    }

    [Fact]
    public void A_job_expires_by_log_time_only()
    {
        _vnode.Apply(_vnode.CreateOf("a") with { ExpireAfterMs = 100 });
        _vnode.Now += 100;
        Assert.False(_vnode.OnVersion(JobCommandKind.Expire, "a").IsOk);
        _vnode.Now += 1;
        _vnode.Create("b");
        _vnode.Now += -500;

        Assert.Equal(ErrorCode.Finished, _vnode.Apply(_vnode.ClaimOf("a") with { Time = _vnode.Now + 500 }).Code);
        Assert.True(_vnode.OnVersion(JobCommandKind.Expire, "a").IsOk);

        Assert.Equal(JobState.Expired, _vnode.StateOf("a"));
        Assert.Equal(JobEffectKind.Disarmed, Assert.Single(_vnode.Effects).Kind);
    }

    [Fact]
    public void A_claimed_job_neither_expires_nor_ends_for_its_route()
    {
        _vnode.Apply(_vnode.CreateOf("a") with { ExpireAfterMs = 100 });
        _vnode.Claim("a");
        _vnode.Now += 1_000;

        Assert.False(_vnode.OnVersion(JobCommandKind.Expire, "a").IsOk);
        Assert.False(_vnode.OnVersion(JobCommandKind.RouteGone, "a").IsOk);
    }

    [Fact]
    public void A_job_whose_route_is_gone_is_dead_and_says_why()
    {
        _vnode.Create("a");

        Assert.True(_vnode.OnVersion(JobCommandKind.RouteGone, "a").IsOk);

        Assert.Equal(JobState.Dead, _vnode.StateOf("a"));
        Assert.Equal(AttemptError.RouteDeleted, _vnode.Get("a")!.Attempts[^1].Error);
        Assert.Equal(0, _vnode.Get("a")!.AttemptCount);
    }

    [Fact]
    public void Open_claims_come_in_the_order_of_their_numbers()
    {
        foreach (var id in new[] { "c", "a", "b" })
        {
            _vnode.Create(id);
        }

        _vnode.Claim("b");
        _vnode.Claim("c");
        _vnode.Claim("a");

        Assert.Equal(["b", "c", "a"], _vnode.Machine.OpenClaims.Select(claim => claim.Key.Id));
    }
}
