using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Tests.Router;

public sealed class LeaderCacheTests
{
    private static readonly VNodeId VNode = new(0);
    private readonly ShardMap _one = ShardPlanner.Plan([new NodeId(1)], 4, 3);
    private readonly ShardMap _others = ShardPlanner.Plan([new NodeId(2), new NodeId(3), new NodeId(4)], 4, 3);
    private readonly ShardMap _newest = ShardPlanner.Plan([new NodeId(5), new NodeId(6), new NodeId(7)], 4, 3);

    [Fact]
    public void Replicas_are_asked_in_turn_the_planned_leader_first()
    {
        var cache = new LeaderCache(_others);

        var asked = Asked(cache, 3);

        Assert.Equal(_others.ReplicasOf(VNode).ToArray(), asked);
    }

    [Fact]
    public void A_known_leader_is_asked_until_it_says_no()
    {
        var cache = new LeaderCache(_others);
        cache.OnLeader(VNode, new NodeId(9));

        Assert.Equal(new NodeId(9), cache.Target(VNode));

        cache.OnNotLeader(VNode, new NodeId(9));
        Assert.Equal(_others.LeaderOf(VNode), cache.Target(VNode));
    }

    [Fact]
    public void Replicas_of_the_map_before_are_asked_next_since_a_vnode_moves_after_its_map()
    {
        var cache = new LeaderCache(_one);
        cache.OnMap(_others);

        Assert.Equal(new NodeId(1), Asked(cache, 4)[3]);
    }

    [Fact]
    public void A_vnode_that_lags_behind_several_maps_is_found_among_all_nodes_ever_planned()
    {
        var cache = new LeaderCache(_one);
        cache.OnMap(_others);
        cache.OnMap(_newest);

        Assert.Contains(new NodeId(1), Asked(cache, 3 + 3 + 7));
    }

    private static NodeId[] Asked(LeaderCache cache, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => cache.Target(VNode))];
}
