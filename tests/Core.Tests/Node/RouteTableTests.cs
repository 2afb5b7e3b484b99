using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Node;

/// <summary>The routes that a node acts by.</summary>
public sealed class RouteTableTests
{
    [Fact]
    public void A_node_whose_system_replica_is_made_anew_keeps_the_routes_that_it_knew()
    {
        var world = new NodeWorld();
        world.Answer(world.Ask(world.Leader!, NodeWorld.Put(1)));
        var node = world.Nodes.Find(node => node != world.Leader)!;
        world.RunUntil(() => node.Core.Routes.Count == 1 && node.Core.Gate.IsConfirmed(world.Now));

        node.Core.Remove(GroupId.System, world.Now, node.Output);
        node.Create(GroupId.System, 77, Configuration.Empty);

        Assert.True(node.Core.Gate.IsConfirmed(world.Now));
        Assert.True(node.Core.Routes.TryGet(NodeWorld.Mail, out _));
    }
}
