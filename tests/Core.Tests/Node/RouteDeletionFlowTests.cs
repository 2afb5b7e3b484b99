using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Tests.Node;

/// <summary>DESIGN: a route with unfinished jobs is deleted only by force; whoever leads drives the delete.</summary>
public sealed class RouteDeletionFlowTests
{
    private readonly NodeWorld _world = new();

    [Fact]
    public void A_route_without_unfinished_jobs_is_deleted_and_gone_on_every_node_when_that_is_told()
    {
        Ask(NodeWorld.Put(1));

        var answer = Ask(NodeWorld.Delete(2));

        Assert.True(answer.IsOk && !answer.IsNew);
        Assert.All(_world.Nodes, node => Assert.False(node.Core.Routes.TryGet(NodeWorld.Mail, out _)));
    }

    [Fact]
    public void Unfinished_jobs_of_all_vnodes_are_counted_and_stop_the_delete()
    {
        Ask(NodeWorld.Put(1));
        CreateJobs();

        var answer = Ask(NodeWorld.Delete(2));

        Assert.Equal((ErrorCode.RouteInUse, 3L), (answer.Code, answer.UnfinishedCount));
        Assert.True(_world.Answer(_world.Create(_world.Nodes[0], 0, "later")).IsOk);
    }

    [Fact]
    public void Force_deletes_the_route_and_a_later_create_is_refused()
    {
        Ask(NodeWorld.Put(1));
        CreateJobs();

        Assert.True(Ask(NodeWorld.Delete(2, isForced: true)).IsOk);

        var create = _world.Answer(_world.Create(_world.Nodes[1], 1, "later"));
        Assert.Equal(ErrorCode.RouteNotFound, create.Code);
    }

    [Fact]
    public void A_repeat_of_the_delete_gets_the_settled_answer()
    {
        Ask(NodeWorld.Put(1));
        CreateJobs();
        var first = Ask(NodeWorld.Delete(2));

        var again = Ask(NodeWorld.Delete(2));

        Assert.Equal((first.Code, first.UnfinishedCount), (again.Code, again.UnfinishedCount));
    }

    [Fact]
    public void A_leader_that_is_deposed_says_that_the_outcome_is_unknown_and_the_next_one_ends_the_delete()
    {
        Ask(NodeWorld.Put(1));
        _world.IsLost = message => !message.IsBatch;
        var old = _world.Leader!;
        var delete = _world.Ask(old, NodeWorld.Delete(2));
        _world.RunUntil(() => old.Core.Routes.TryGet(NodeWorld.Mail, out var route) && route.IsDeleting);
        old.Core.Engine.StepDown(GroupId.System, _world.Now);
        Assert.Equal(ErrorCode.OutcomeUnknown, _world.Answer(delete).Code);
        Assert.Equal(0, old.Core.CallCount);

        _world.IsLost = _ => false;
        _world.RunUntil(() => _world.Leader is not null);

        Assert.True(Ask(NodeWorld.Delete(2)).IsOk);
    }

    private JobAnswer Ask(Core.SystemGroup.SystemCommand command) =>
        _world.Answer(_world.Ask(_world.Leader!, command));

    private void CreateJobs()
    {
        Assert.True(_world.Answer(_world.Create(_world.Nodes[0], 0, "a")).IsOk);
        Assert.True(_world.Answer(_world.Create(_world.Nodes[1], 1, "b")).IsOk);
        Assert.True(_world.Answer(_world.Create(_world.Nodes[1], 1, "c")).IsOk);
    }
}
