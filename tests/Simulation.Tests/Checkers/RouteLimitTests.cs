using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Tests.Checkers;

public sealed class RouteLimitTests
{
    private readonly JobStage _stage = new();

    [Fact]
    public void A_claim_under_a_confirmed_pause_is_found()
    {
        var version = _stage.Create();
        _stage.Observer.Routes.PauseAnswered(JobStage.Route, new CommandNumber(9), _stage.NowMs * 1_000);
        _stage.NowMs += 1;

        _stage.Claim(version, fact => fact with { RouteRevision = new CommandNumber(8) });

        _stage.ShouldHaveFound("claim-paused");
    }

    [Fact]
    public void A_claim_by_a_route_that_an_acknowledged_put_has_replaced_is_found()
    {
        var version = _stage.Create();
        var put = _stage.Observer.Routes.PutInvoked(JobStage.Route, concurrency: 0, ratePerSecond: 0, 0);
        _stage.Observer.Routes.PutAnswered(JobStage.Route, put, new CommandNumber(9), _stage.NowMs * 1_000);
        _stage.NowMs += 1;

        _stage.Claim(version, fact => fact with { RouteRevision = new CommandNumber(8) });

        _stage.ShouldHaveFound("claim-stale");
    }

    [Fact]
    public void A_claim_of_an_unconfirmed_node_is_found()
    {
        var version = _stage.Create();
        _stage.Observer.Jobs.RouteTableConfirmed(new NodeId(1), _stage.NowMs * 1_000);
        _stage.NowMs += 2_100;

        _stage.Claim(version);

        _stage.ShouldHaveFound("claim-unconfirmed");
    }

    [Fact]
    public void Claims_beyond_the_concurrency_of_a_route_are_found()
    {
        _stage.Observer.Routes.PutInvoked(JobStage.Route, concurrency: 1, ratePerSecond: 0, 0);
        _stage.Claim(_stage.Create());
        var other = _stage.Client(
            JobActionKind.Create, new AnswerFact { IsNew = true }, fact => fact with { Key = "sim/jobs/b" });

        _stage.Claim(other, fact => fact with { Key = "sim/jobs/b" });

        _stage.ShouldHaveFound("claim-admission");
    }

    [Fact]
    public void A_claim_that_was_given_back_holds_no_slot_and_is_never_sent()
    {
        _stage.Observer.Routes.PutInvoked(JobStage.Route, concurrency: 1, ratePerSecond: 0, 0);
        var claim = _stage.Claim(_stage.Create());
        _stage.Observer.Jobs.GaveBack(RaftStage.Group, claim);
        var other = _stage.Client(
            JobActionKind.Create, new AnswerFact { IsNew = true }, fact => fact with { Key = "sim/jobs/b" });

        _stage.Claim(other, fact => fact with { Key = "sim/jobs/b" });
        Assert.False(_stage.Observer.Violations.Has("claim-admission"));
        _stage.Send(claim);

        _stage.ShouldHaveFound("sent-after-release");
    }

    [Fact]
    public void Requests_beyond_the_concurrency_of_a_route_are_found()
    {
        _stage.Observer.Routes.PutInvoked(JobStage.Route, concurrency: 1, ratePerSecond: 0, 0);
        var claim = _stage.Claim(_stage.Create());
        _stage.Send(claim);

        _stage.Send(claim);

        _stage.ShouldHaveFound("concurrency");
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(10_001, false)]
    public void A_request_that_a_frozen_process_left_open_counts_until_its_timeout(int afterMs, bool isFound)
    {
        _stage.Observer.Routes.PutInvoked(JobStage.Route, concurrency: 1, ratePerSecond: 0, 0);
        _stage.Send(_stage.Claim(_stage.Create()));
        _stage.NowMs += afterMs;

        _stage.Send(_stage.Claim(_stage.Create()));

        Assert.Equal(isFound, _stage.Observer.Violations.Has("concurrency"));
    }

    [Theory]
    [InlineData(100, 101, false)]
    [InlineData(100, 102, true)]
    [InlineData(10, 10, false)]
    [InlineData(10, 11, true)]
    public void Requests_beyond_the_rate_of_a_route_are_found(int rate, int writes, bool isFound)
    {
        _stage.Observer.Routes.PutInvoked(JobStage.Route, concurrency: 0, ratePerSecond: rate, 0);
        var claim = _stage.Claim(_stage.Create());

        for (var i = 0; i < writes; i++)
        {
            _stage.SendAndEnd(claim, 500);
            _stage.NowMs += 9;
        }

        Assert.Equal(isFound, _stage.Observer.Violations.Has("rate"));
    }
}
