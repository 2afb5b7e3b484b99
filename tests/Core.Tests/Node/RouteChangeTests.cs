using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Core.Tests.Node;

/// <summary>A change of a route is answered when every node works by it, or cannot work by the one before.</summary>
public sealed class RouteChangeTests
{
    private readonly NodeWorld _world = new();

    public RouteChangeTests() => Assert.True(_world.Answer(_world.Ask(_world.Leader!, NodeWorld.Put(1))).IsNew);

    [Fact]
    public void It_is_answered_behind_the_last_node_and_soon()
    {
        Settle();
        var begun = _world.Now;

        var answer = _world.Answer(_world.Ask(_world.Leader!, Changed(2)));

        Assert.All(_world.Nodes, node => Assert.Equal(answer.Version, node.Core.Routes.Revision));
        Assert.InRange(_world.Now - begun, 1, 60);
    }

    [Fact]
    public void A_node_that_does_not_hear_of_it_holds_the_answer_until_it_may_not_send_any_more()
    {
        Settle();
        var deaf = _world.Nodes.Find(node => node != _world.Leader)!;
        _world.IsLost = message => message.To == deaf.Id;
        var begun = _world.Now;

        _world.Answer(_world.Ask(_world.Leader!, Changed(2)));

        Assert.False(deaf.Core.Gate.IsConfirmed(_world.Now));
        Assert.InRange(_world.Now - begun, 3_000, 3_200);
    }

    [Fact]
    public void A_node_that_is_gone_for_long_holds_nothing()
    {
        Settle();
        var gone = _world.Nodes.Find(node => node != _world.Leader)!;
        _world.IsLost = message => message.To == gone.Id || message.From == gone.Id;
        _world.Run(4_000);
        var begun = _world.Now;

        _world.Answer(_world.Ask(_world.Leader!, Changed(2)));

        Assert.InRange(_world.Now - begun, 1, 60);
    }

    [Fact]
    public void The_next_leader_holds_the_answer_to_a_repeat_as_well()
    {
        Settle();
        var old = _world.Leader!;
        var deaf = _world.Nodes.Find(node => node != old)!;
        _world.IsLost = message => message.To == deaf.Id && !message.IsBatch;
        var first = _world.Ask(old, Changed(2));
        _world.RunUntil(() => old.Core.Routes.TryGet(NodeWorld.Mail, out var route) && route.TimeoutMs == 5);
        old.Core.Engine.StepDown(GroupId.System, _world.Now);
        Assert.Equal(ErrorCode.OutcomeUnknown, _world.Answer(first).Code);
        _world.IsLost = _ => false;
        _world.RunUntil(() => _world.Leader is not null);

        var answer = _world.Answer(_world.Ask(_world.Leader!, Changed(2)));

        Assert.True(answer.IsOk && !answer.IsNew);
        Assert.All(_world.Nodes, node => Assert.True(answer.Version <= node.Core.Routes.Revision));
    }

    private static SystemCommand Changed(ulong request) =>
        NodeWorld.Put(request) with { Route = NodeWorld.ARoute() with { TimeoutMs = 5 } };

    /// <summary>All nodes know the route and have said so.</summary>
    private void Settle()
    {
        _world.RunUntil(() => _world.Nodes.TrueForAll(
            node => node.Core.Routes.Count == 1 && node.Core.Gate.IsConfirmed(_world.Now)));
        _world.Run(400);
    }
}
