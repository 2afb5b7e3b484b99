using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Tests.Router;

public sealed class RouterTests
{
    [Fact]
    public void A_request_goes_to_the_planned_leader_first_and_its_answer_comes_back_once()
    {
        var desk = new RouterDesk();
        desk.Submit(token: 9);

        var send = desk.Sends.Single();
        Assert.Equal(desk.Replica(0), send.Node);
        desk.Answer(send, ErrorCode.None);
        desk.Answer(send, ErrorCode.None);

        Assert.Equal(9UL, desk.Results.Single().Token);
        Assert.True(desk.Results.Single().Answer.IsOk);
        Assert.Equal(0, desk.Router.Count);
    }

    [Fact]
    public void A_hint_is_followed_at_once_and_remembered()
    {
        var desk = new RouterDesk();
        desk.Submit();

        desk.Answer(desk.Sends[0], ErrorCode.NotLeader, desk.Replica(2));
        desk.RunFor(0);

        Assert.Equal(desk.Replica(2), desk.Sends[1].Node);
        desk.Answer(desk.Sends[1], ErrorCode.None);
        desk.Submit();
        Assert.Equal(desk.Replica(2), desk.Sends[2].Node);
    }

    [Fact]
    public void Two_nodes_that_name_each_other_are_asked_with_a_growing_wait()
    {
        var desk = new RouterDesk();
        desk.AnswerAll = send => new RouterAnswer(
            new JobAnswer(ErrorCode.NotLeader), send.Node == desk.Replica(0) ? desk.Replica(1) : desk.Replica(0));
        desk.Submit();

        desk.RunFor(1_000);

        Assert.InRange(desk.Sends.Count, 6, 20);
    }

    [Theory]
    [InlineData(ErrorCode.NotLeader)]
    [InlineData(ErrorCode.Overloaded)]
    [InlineData(ErrorCode.ProposalLost)]
    [InlineData(ErrorCode.Unavailable)]
    public void A_refusal_without_effect_is_tried_again_until_the_limit_and_then_answered_unavailable(ErrorCode code)
    {
        var desk = new RouterDesk { AnswerAll = _ => new RouterAnswer(new JobAnswer(code)) };
        desk.Submit();

        desk.RunFor(10_000);

        Assert.True(desk.Sends.Count > 10);
        Assert.Equal(ErrorCode.Unavailable, desk.Results.Single().Answer.Code);
    }

    [Theory]
    [InlineData(ErrorCode.StorageFull)]
    [InlineData(ErrorCode.JobExists)]
    [InlineData(ErrorCode.TooLate)]
    [InlineData(ErrorCode.TooManyRequests)]
    [InlineData(ErrorCode.VNodeDamaged)]
    public void Any_other_refusal_is_final(ErrorCode code)
    {
        var desk = new RouterDesk { AnswerAll = _ => new RouterAnswer(new JobAnswer(code)) };
        desk.Submit();

        desk.RunFor(5_000);

        Assert.Single(desk.Sends);
        Assert.Equal(code, desk.Results.Single().Answer.Code);
    }

    [Fact]
    public void A_try_without_an_answer_in_700_ms_is_repeated_elsewhere_under_the_same_request_id()
    {
        var desk = new RouterDesk();
        desk.Submit();

        desk.RunFor(699);
        Assert.Single(desk.Sends);
        desk.RunFor(2);

        Assert.Equal(2, desk.Sends.Count);
        Assert.NotEqual(desk.Sends[0].Node, desk.Sends[1].Node);
        Assert.Equal(desk.Sends[0].Request.RequestId, desk.Sends[1].Request.RequestId);
        Assert.NotEqual(desk.Sends[0].TryId, desk.Sends[1].TryId);
    }

    [Fact]
    public void Without_any_answer_the_outcome_is_unknown_at_the_limit()
    {
        var desk = new RouterDesk();
        desk.Submit();

        desk.RunFor(4_999);
        Assert.Empty(desk.Results);
        desk.RunFor(2);

        Assert.Equal(ErrorCode.OutcomeUnknown, desk.Results.Single().Answer.Code);
    }

    [Fact]
    public void A_read_is_never_of_unknown_outcome()
    {
        var desk = new RouterDesk();
        desk.Submit(JobRequestKind.Get);

        desk.RunFor(6_000);

        Assert.Equal(ErrorCode.Unavailable, desk.Results.Single().Answer.Code);
        Assert.True(desk.Sends.Count > 5);
    }

    [Fact]
    public void A_request_without_an_id_is_not_repeated_once_a_try_may_have_taken_effect()
    {
        var desk = new RouterDesk();
        desk.Submit(requestId: 0);

        desk.RunFor(6_000);

        Assert.Single(desk.Sends);
        Assert.Equal(ErrorCode.OutcomeUnknown, desk.Results.Single().Answer.Code);
    }

    [Fact]
    public void A_late_answer_of_an_earlier_try_counts()
    {
        var desk = new RouterDesk();
        desk.Submit();
        desk.RunFor(1_500);
        Assert.Equal(3, desk.Sends.Count);

        desk.Answer(desk.Sends[0], ErrorCode.None);

        Assert.True(desk.Results.Single().Answer.IsOk);
    }

    [Fact]
    public void A_refusal_is_held_back_while_an_earlier_try_may_still_take_effect()
    {
        var desk = new RouterDesk();
        desk.Submit();
        desk.RunFor(701);
        desk.Answer(desk.Sends[1], ErrorCode.JobNotFound);
        desk.RunFor(1_000);
        Assert.Empty(desk.Results);

        desk.Answer(desk.Sends[0], ErrorCode.NotLeader);

        Assert.Equal(ErrorCode.JobNotFound, desk.Results.Single().Answer.Code);
        Assert.Equal(2, desk.Sends.Count);
    }

    [Fact]
    public void A_refusal_beside_a_try_that_stays_open_ends_as_unknown()
    {
        var desk = new RouterDesk();
        desk.Submit();
        desk.RunFor(701);
        desk.Answer(desk.Sends[1], ErrorCode.JobNotFound);

        desk.RunFor(5_000);

        Assert.Equal(ErrorCode.OutcomeUnknown, desk.Results.Single().Answer.Code);
    }

    [Fact]
    public void A_broken_connection_counts_as_perhaps_effective()
    {
        var desk = new RouterDesk { AnswerAll = _ => new RouterAnswer(new JobAnswer(ErrorCode.OutcomeUnknown)) };
        desk.Submit();

        desk.RunFor(6_000);

        Assert.True(desk.Sends.Count > 5);
        Assert.Equal(ErrorCode.OutcomeUnknown, desk.Results.Single().Answer.Code);
    }

    [Fact]
    public void More_requests_than_the_limit_are_refused_as_overload()
    {
        var desk = new RouterDesk(new RouterOptions { RequestsMax = 1 });
        desk.Submit(token: 1);
        desk.Submit(token: 2);

        var result = desk.Results.Single();
        Assert.Equal((2UL, ErrorCode.Overloaded), (result.Token, result.Answer.Code));
    }
}
