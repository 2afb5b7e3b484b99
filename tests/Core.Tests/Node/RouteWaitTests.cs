namespace TimeMachine.Core.Tests.Node;

/// <summary>DESIGN: a node that does not know a route asks the group before it refuses.</summary>
public sealed class RouteWaitTests
{
    private readonly NodeWorld _world = new();

    /// <summary>A node that leads a vnode, and not the group that decides about routes.</summary>
    private TestNode Asked => _world.Nodes[VNode];

    private int VNode => _world.Leader == _world.Nodes[0] ? 1 : 0;

    [Fact]
    public void A_create_for_a_route_that_only_others_know_yet_waits_for_the_table_and_is_taken()
    {
        _world.IsLost = message => message.IsBatch && message.To == Asked.Id;
        Assert.True(_world.Answer(_world.Ask(_world.Leader!, NodeWorld.Put(1))).IsOk);
        var create = _world.Create(Asked, VNode, "a");
        _world.Run(50);
        Assert.False(_world.IsAnswered(create));

        _world.IsLost = _ => false;

        Assert.True(_world.Answer(create).IsOk);
    }

    [Fact]
    public void A_route_that_the_group_does_not_know_either_is_refused_as_such()
    {
        var began = _world.Now;

        var answer = _world.Answer(_world.Create(Asked, VNode, "a"));

        Assert.Equal(ErrorCode.RouteNotFound, answer.Code);
        Assert.InRange(_world.Now - began, 1, 100);
    }

    [Fact]
    public void Without_the_groups_word_the_call_is_refused_as_unavailable_in_the_end()
    {
        _world.IsLost = message => message.To == Asked.Id || message.From == Asked.Id;
        var began = _world.Now;

        var answer = _world.Answer(_world.Create(Asked, VNode, "a"));

        Assert.Equal(ErrorCode.Unavailable, answer.Code);
        Assert.InRange(_world.Now - began, NodeWorld.Options.RouteWaitMs, NodeWorld.Options.RouteWaitMs + 20);
    }

    [Fact]
    public void An_answer_to_an_earlier_question_proves_nothing()
    {
        var questions = Asked.Core.Gate.LastRequest;
        _world.RunUntil(() => Asked.Core.Gate.LastRequest > questions);
        var earlier = Asked.Core.Gate.LastRequest;

        var create = _world.Create(Asked, VNode, "a");
        var answer = _world.Answer(create);

        Assert.Equal(ErrorCode.RouteNotFound, answer.Code);
        Assert.True(Asked.Core.Gate.ConfirmedRequest > earlier);
    }

    [Fact]
    public void More_calls_than_may_wait_are_refused_at_once()
    {
        _world.IsLost = message => message.To == Asked.Id || message.From == Asked.Id;
        for (var i = 0; i < NodeWorld.Options.RouteWaitsMax; i++)
        {
            _world.Create(Asked, VNode, $"job-{i}");
        }

        var oneMore = _world.Create(Asked, VNode, "one-more");
        _world.Run(1);

        var answer = Asked.Answers.Single();
        Assert.Equal((oneMore, ErrorCode.Overloaded), (answer.Token, answer.Answer.Code));
        Assert.Equal(NodeWorld.Options.RouteWaitsMax, Asked.Core.CallCount);
        _world.Run(NodeWorld.Options.RouteWaitMs + 20);
        Assert.Equal(0, Asked.Core.CallCount);
    }
}
