using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Tests.Checkers;

/// <summary>Promise 3: a key is sent again only for a cause, and a cause explains one duplicate.</summary>
public sealed class DuplicateTests
{
    private readonly JobStage _stage = new();

    [Fact]
    public void A_retry_of_a_failed_attempt_is_an_explained_duplicate()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version);
        _stage.SendAndEnd(first, 500);
        _stage.Outcome(first, OutcomeFactKind.Retry);
        var second = _stage.Claim(version, fact => fact with { Attempt = 2 });
        _stage.SendAndEnd(second, 200, info => info with { Attempt = 2 });
        _stage.Outcome(second, OutcomeFactKind.Complete);

        _stage.End();

        _stage.ShouldHaveFoundNothing();
        Assert.Equal(1, _stage.Observer.Jobs.Duplicates.Of(DuplicateCause.Failed));
        Assert.Equal(1, _stage.Observer.Jobs.Duplicates.Bound);
    }

    [Fact]
    public void A_second_send_after_a_success_is_found()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version);
        _stage.SendAndEnd(first, 200);
        _stage.Outcome(first, OutcomeFactKind.Retry);
        var second = _stage.Claim(version, fact => fact with { Attempt = 2 });

        _stage.Send(second, info => info with { Attempt = 2 });

        _stage.ShouldHaveFound("duplicate");
    }

    [Fact]
    public void A_superseding_claim_of_a_new_term_explains_a_duplicate()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version);
        _stage.Send(first);
        _stage.Observer.Jobs.TermApplied(RaftStage.Group, new Term(1));
        _stage.Term = 2;
        _stage.Observer.Jobs.TermApplied(RaftStage.Group, new Term(2));
        var second = _stage.Claim(version, fact => fact with { Attempt = 2, Supersedes = first });

        _stage.Send(second, info => info with { Attempt = 2 });

        _stage.ShouldHaveFoundNothing();
        Assert.Equal(1, _stage.Observer.Jobs.Duplicates.Of(DuplicateCause.Inherited));
        Assert.Equal(1, _stage.Observer.Reach[Reach.ClaimInFlightAtLeaderChange]);
    }

    [Fact]
    public void A_claim_that_was_superseded_explains_no_later_duplicate()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version);
        _stage.Send(first);
        _stage.Observer.Jobs.TermApplied(RaftStage.Group, new Term(1));
        _stage.Term = 2;
        _stage.Observer.Jobs.TermApplied(RaftStage.Group, new Term(2));
        var second = _stage.Claim(version, fact => fact with { Attempt = 2, Supersedes = first });
        _stage.SendAndEnd(second, 200, info => info with { Attempt = 2 });
        _stage.Outcome(second, OutcomeFactKind.Retry);
        _stage.ShouldHaveFoundNothing();
        var third = _stage.Claim(version, fact => fact with { Attempt = 3 });

        _stage.Send(third, info => info with { Attempt = 3 });

        _stage.ShouldHaveFound("duplicate");
    }

    [Fact]
    public void A_failure_whose_request_is_still_open_explains_no_duplicate()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version);
        _stage.Send(first);
        _stage.Outcome(first, OutcomeFactKind.Retry);
        var second = _stage.Claim(version, fact => fact with { Attempt = 2 });

        _stage.Send(second, info => info with { Attempt = 2 });

        _stage.ShouldHaveFound("duplicate");
    }

    [Fact]
    public void A_redrive_explains_one_duplicate()
    {
        var version = _stage.Create();
        var first = _stage.Claim(version, fact => fact with { AttemptsMax = 1 });
        _stage.SendAndEnd(first, 500);
        _stage.Outcome(first, OutcomeFactKind.Dead);
        _stage.Client(JobActionKind.Redrive, new AnswerFact { Version = version, Status = JobStatus.Retrying });
        var second = _stage.Claim(version, fact => fact with { Attempt = 2 });
        _stage.SendAndEnd(second, 200, info => info with { Attempt = 2 });
        _stage.ShouldHaveFoundNothing();
        Assert.Equal(1, _stage.Observer.Jobs.Duplicates.Of(DuplicateCause.Redriven));
        _stage.Outcome(second, OutcomeFactKind.Retry);
        var third = _stage.Claim(version, fact => fact with { Attempt = 3 });

        _stage.Send(third, info => info with { Attempt = 3 });

        _stage.ShouldHaveFound("duplicate");
    }
}
