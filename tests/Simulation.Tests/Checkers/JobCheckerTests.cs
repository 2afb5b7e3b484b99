using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Tests.Checkers;

public sealed class JobCheckerTests
{
    private static readonly AnswerFact Won = new() { IsWon = true, Status = JobStatus.Cancelled };
    private static readonly AnswerFact Stopped = new() { IsStopped = true };
    private readonly JobStage _stage = new();

    [Fact]
    public void A_job_that_is_delivered_once_is_not_complained_about()
    {
        var claim = _stage.Claim(_stage.Create());
        _stage.SendAndEnd(claim, 200);
        _stage.Outcome(claim, OutcomeFactKind.Complete);

        var figures = _stage.End();

        _stage.ShouldHaveFoundNothing();
        Assert.Equal(0, figures.Undecided);
    }

    [Fact]
    public void A_due_job_that_is_never_sent_is_found()
    {
        _stage.Create();

        _stage.End();

        _stage.ShouldHaveFound("not-delivered");
    }

    [Fact]
    public void A_due_job_of_a_paused_route_may_wait()
    {
        _stage.Create();
        _stage.Observer.Routes.PauseAnswered(JobStage.Route, new CommandNumber(1), _stage.NowMs * 1_000);

        _stage.End();

        _stage.ShouldHaveFoundNothing();
    }

    [Fact]
    public void An_acknowledged_create_that_is_in_no_log_is_found()
    {
        _stage.Invoke(JobActionKind.Create, new RequestId(77)).Answered(
            new AnswerFact { IsNew = true, Version = new CommandNumber(99), Status = JobStatus.Scheduled },
            _stage.NowMs * 1_000);

        _stage.End();

        _stage.ShouldHaveFound("acknowledged-lost");
    }

    [Fact]
    public void A_create_of_unknown_outcome_may_be_lost_or_appear()
    {
        _stage.Invoke(JobActionKind.Create, new RequestId(77), sameness: 5);
        _stage.Invoke(JobActionKind.Create, new RequestId(1), sameness: 5);
        var number = _stage.Next();
        _stage.Observer.Jobs.ClientCommitted(new ClientFact
        {
            Group = RaftStage.Group,
            Number = number,
            Request = new RequestId(1),
            Key = "sim/jobs/a",
            Kind = JobActionKind.Create,
            Sameness = 5,
            Answer = new AnswerFact { IsNew = true, Version = number, Status = JobStatus.Scheduled },
            TriggerMs = _stage.NowMs + 1_000_000,
        });

        _stage.End();

        _stage.ShouldHaveFoundNothing();
        Assert.Equal(1, _stage.Observer.Reach[Reach.UnknownCreateAppeared]);
    }

    [Fact]
    public void An_early_send_is_found()
    {
        var dueMs = _stage.NowMs + 5_000;
        var claim = _stage.Claim(_stage.Create(dueMs), fact => fact with { DueMs = dueMs, TimeMs = dueMs });

        _stage.Send(claim);

        _stage.ShouldHaveFound("early");
    }

    [Fact]
    public void A_claim_too_far_ahead_is_found()
    {
        _stage.Claim(_stage.Create(), fact => fact with { DueMs = fact.TimeMs + 21 });

        _stage.ShouldHaveFound("claim-lead");
    }

    [Fact]
    public void A_claim_for_another_time_than_the_job_is_due_is_found()
    {
        _stage.Claim(_stage.Create(), fact => fact with { DueMs = fact.DueMs + 1 });

        _stage.ShouldHaveFound("claim-due");
    }

    [Fact]
    public void A_retry_before_its_failure_is_found()
    {
        var claim = _stage.Claim(_stage.Create());
        _stage.SendAndEnd(claim, 500);

        _stage.Outcome(claim, OutcomeFactKind.Retry, retryAfterMs: -400_000);

        _stage.ShouldHaveFound("retry-wait");
    }

    [Fact]
    public void A_send_without_a_claim_is_found()
    {
        var version = _stage.Create();
        var claim = _stage.Claim(version);

        _stage.Send(claim, info => info with { Claim = new CommandNumber(12345) });

        _stage.ShouldHaveFound("send-without-claim");
    }

    [Fact]
    public void A_claim_that_is_sent_twice_is_found()
    {
        var claim = _stage.Claim(_stage.Create());
        _stage.SendAndEnd(claim, 500);

        _stage.Send(claim);

        _stage.ShouldHaveFound("claim-sent-twice");
    }

    [Fact]
    public void An_inherited_claim_that_is_sent_by_another_node_is_found()
    {
        var claim = _stage.Claim(_stage.Create());

        _stage.Send(claim, info => info with { Node = new NodeId(2) });

        _stage.ShouldHaveFound("claim-inherited");
    }

    [Fact]
    public void A_send_after_lost_leadership_is_found()
    {
        var claim = _stage.Claim(_stage.Create());

        _stage.Send(claim, info => info with { IsLeading = false });

        _stage.ShouldHaveFound("send-not-leading");
    }

    [Fact]
    public void A_send_after_its_deadline_is_found()
    {
        var claim = _stage.Claim(_stage.Create());

        _stage.NowMs += 1_011;
        _stage.Send(claim);

        _stage.ShouldHaveFound("send-deadline");
    }

    [Fact]
    public void A_claim_superseded_within_its_term_is_found()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version);

        _stage.Claim(version, fact => fact with { Supersedes = first });

        _stage.ShouldHaveFound("supersede");
    }

    [Fact]
    public void A_second_send_in_at_most_once_mode_is_found()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version, fact => fact with { IsAtMostOnce = true });
        _stage.SendAndEnd(first, 500, info => info with { IsAtMostOnce = true });
        _stage.Outcome(first, OutcomeFactKind.Retry);
        var second = _stage.Claim(version, fact => fact with { IsAtMostOnce = true, Attempt = 2 });

        _stage.Send(second, info => info with { IsAtMostOnce = true, Attempt = 2 });

        _stage.ShouldHaveFound("at-most-once");
    }

    [Fact]
    public void A_send_after_a_cancel_that_won_is_found()
    {
        var version = _stage.Create();
        var claim = _stage.Claim(version);
        _stage.Outcome(claim, OutcomeFactKind.Release);
        _stage.Client(JobActionKind.Cancel, Won with { Version = version });

        _stage.Send(claim);

        _stage.ShouldHaveFound("sent-after-cancel");
    }

    [Fact]
    public void A_cancel_that_wins_although_an_attempt_was_made_is_found()
    {
        var version = _stage.Create();
        var claim = _stage.Claim(version);
        _stage.SendAndEnd(claim, 500);
        _stage.Outcome(claim, OutcomeFactKind.Retry);

        _stage.Client(JobActionKind.Cancel, Won with { Version = version });

        _stage.ShouldHaveFound("sent-before-won");
        _stage.ShouldHaveFound("job-model");
    }

    [Fact]
    public void A_stopped_job_that_is_claimed_again_is_found()
    {
        var version = _stage.Create();
        var claim = _stage.Claim(version);
        _stage.Client(JobActionKind.Cancel, Stopped with { Version = version });
        _stage.Outcome(claim, OutcomeFactKind.Release);

        _stage.Claim(version, fact => fact with { Attempt = 2 });

        _stage.ShouldHaveFound("claimed-after-stop");
    }

    [Fact]
    public void A_late_outcome_of_an_old_claim_that_is_taken_is_found()
    {
        var version = _stage.Create();
        var old = _stage.Claim(version);
        _stage.SendAndEnd(old, 500);
        _stage.Outcome(old, OutcomeFactKind.Retry);
        _stage.Claim(version, fact => fact with { Attempt = 2 });

        _stage.Outcome(old, OutcomeFactKind.Dead);

        _stage.ShouldHaveFound("outcome-fence");
    }

    [Fact]
    public void A_completion_without_a_request_is_found()
    {
        _stage.Outcome(_stage.Claim(_stage.Create()), OutcomeFactKind.Complete);

        _stage.End();

        _stage.ShouldHaveFound("outcome-truth");
        _stage.ShouldHaveFound("lost");
    }

    [Fact]
    public void A_job_that_dies_before_its_last_attempt_is_found()
    {
        var claim = _stage.Claim(_stage.Create(), fact => fact with { AttemptsMax = 5 });
        _stage.SendAndEnd(claim, 500);
        _stage.Outcome(claim, OutcomeFactKind.Dead);

        _stage.End();

        _stage.ShouldHaveFound("lost");
    }

    [Fact]
    public void Two_jobs_with_one_version_are_found()
    {
        var version = _stage.Create();

        _stage.Client(
            JobActionKind.Create,
            new AnswerFact { IsNew = true, Version = version },
            fact => fact with { Key = "sim/jobs/b", Number = version });

        _stage.ShouldHaveFound("version-shared");
    }

    [Fact]
    public void A_repeated_request_that_takes_effect_twice_is_found()
    {
        _stage.Create();

        _stage.Client(
            JobActionKind.Upsert,
            new AnswerFact { IsNew = true },
            fact => fact with { Request = new RequestId(1) });

        _stage.ShouldHaveFound("request-id");
    }

    [Fact]
    public void A_planned_transfer_with_an_open_claim_is_found()
    {
        _stage.Claim(_stage.Create());

        _stage.Observer.Jobs.Transferring(RaftStage.Group, new Term(1), _stage.NowMs * 1_000);

        _stage.ShouldHaveFound("planned-transfer");
    }

    [Fact]
    public void A_missed_job_of_the_wheel_is_found()
    {
        _stage.Observer.WheelMissed(new NodeId(1), 1);

        _stage.ShouldHaveFound("wheel-missed");
    }

    [Fact]
    public void A_crash_of_the_sender_ends_its_requests()
    {
        _stage.Observer.Routes.PutInvoked(JobStage.Route, concurrency: 1, ratePerSecond: 0, 0);
        var send = _stage.Send(_stage.Claim(_stage.Create()));

        _stage.Observer.NodeCrashed(new NodeId(1));

        Assert.Equal(SenderSaw.Crash, send.Saw);
    }
}
