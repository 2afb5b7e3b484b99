using CsCheck;
using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Tests.Routing;

public sealed class ShardPlannerTests
{
    private const string Seed = "0N0XIzNsQ0O2";

    private static readonly Gen<(int Nodes, int VNodes, int Replicas)> Shapes =
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 96], Gen.Int[1, 5]);

    [Fact]
    public void Replicas_of_a_vnode_are_on_distinct_nodes_and_all_nodes_hold_and_lead_as_many_within_one()
    {
        Shapes.Sample(
            shape =>
            {
                var map = ShardPlanner.Plan(Nodes(shape.Nodes), shape.VNodes, shape.Replicas);

                AssertBalanced(map, Nodes(shape.Nodes));
            },
            seed: Seed,
            iter: 300);
    }

    [Fact]
    public void Whatever_joins_and_leaves_the_plan_stays_balanced()
    {
        Gen.Select(Shapes, Gen.Int[0, int.MaxValue].Array[1, 6]).Sample(
            (shape, changes) =>
            {
                var nodes = Nodes(shape.Nodes).ToList();
                var map = ShardPlanner.Plan([.. nodes], shape.VNodes, shape.Replicas);
                foreach (var change in changes)
                {
                    Change(nodes, change);
                    map = ShardPlanner.Plan([.. nodes], shape.VNodes, shape.Replicas, map);
                    AssertBalanced(map, [.. nodes]);
                }
            },
            seed: Seed,
            iter: 200);
    }

    [Fact]
    public void A_join_moves_replicas_to_the_newcomer_only_and_no_more_than_its_share()
    {
        Shapes.Where(shape => shape.Nodes >= shape.Replicas).Sample(
            shape =>
            {
                var before = ShardPlanner.Plan(Nodes(shape.Nodes), shape.VNodes, shape.Replicas);
                var after = ShardPlanner.Plan(Nodes(shape.Nodes + 1), shape.VNodes, shape.Replicas, before);

                var moves = Moves(before, after);

                Assert.All(moves, move => Assert.Equal(new NodeId(shape.Nodes + 1), move.To));
                Assert.True(moves.Count <= CeilingOf(shape.VNodes * shape.Replicas, shape.Nodes + 1));
            },
            seed: Seed,
            iter: 300);
    }

    [Fact]
    public void A_leave_moves_what_was_lost_and_at_most_one_exchange_for_each()
    {
        Gen.Select(Shapes, Gen.Int[0, 11]).Where((shape, _) => shape.Nodes > shape.Replicas).Sample(
            (shape, leaver) =>
            {
                var nodes = Nodes(shape.Nodes);
                var gone = nodes[leaver % nodes.Length];
                var before = ShardPlanner.Plan(nodes, shape.VNodes, shape.Replicas);
                NodeId[] rest = [.. nodes.Where(node => node != gone)];
                var after = ShardPlanner.Plan(rest, shape.VNodes, shape.Replicas, before);

                var lost = AllVNodes(before).Count(vnode => before.IsReplica(vnode, gone));
                var moves = Moves(before, after).Count;

                Assert.InRange(moves, lost, 2 * lost);
                Assert.True(lost <= CeilingOf(shape.VNodes * shape.Replicas, shape.Nodes));
            },
            seed: Seed,
            iter: 300);
    }

    [Fact]
    public void Planning_again_changes_nothing()
    {
        Shapes.Sample(
            shape =>
            {
                var map = ShardPlanner.Plan(Nodes(shape.Nodes), shape.VNodes, shape.Replicas);

                Assert.Equal(map, ShardPlanner.Plan(Nodes(shape.Nodes), shape.VNodes, shape.Replicas, map));
            },
            seed: Seed,
            iter: 100);
    }

    [Fact]
    public void The_order_in_which_nodes_are_named_does_not_matter()
    {
        NodeId[] reversed = [.. Nodes(5).Reverse()];

        Assert.Equal(ShardPlanner.Plan(Nodes(5), 64, 3), ShardPlanner.Plan(reversed, 64, 3));
    }

    [Theory]
    [InlineData(1, 3, 1)]
    [InlineData(2, 3, 1)]
    [InlineData(3, 3, 3)]
    [InlineData(9, 3, 3)]
    [InlineData(4, 5, 3)]
    [InlineData(2, 2, 2)]
    [InlineData(1, 1, 1)]
    public void Too_few_nodes_have_the_highest_odd_count_of_replicas(int nodes, int target, int expected)
    {
        Assert.Equal(expected, ShardPlanner.ReplicasFor(nodes, target));
    }

    [Fact]
    public void Growth_from_one_node_to_three_keeps_every_replica_that_exists()
    {
        var one = ShardPlanner.Plan(Nodes(1), 64, 3);
        var two = ShardPlanner.Plan(Nodes(2), 64, 3, one);
        var three = ShardPlanner.Plan(Nodes(3), 64, 3, two);

        Assert.Equal(32, Moves(one, two).Count);
        Assert.Equal(128, Moves(two, three).Count);
        Assert.All(AllVNodes(two), vnode => Assert.True(three.IsReplica(vnode, two.LeaderOf(vnode))));
    }

    [Fact]
    public void A_node_named_twice_is_refused()
    {
        NodeId[] nodes = [new(1), new(1)];

        Assert.Throws<InvariantViolationException>(() => ShardPlanner.Plan(nodes, 8, 1));
    }

    [Fact]
    public void The_plan_of_eight_vnodes_on_four_nodes_is_pinned()
    {
        var map = ShardPlanner.Plan(Nodes(4), 8, 3);

        var text = string.Join(' ', AllVNodes(map).Select(vnode => string.Join(',', map.ReplicasOf(vnode).ToArray())));

        Assert.Equal("3,2,4 2,1,3 1,2,4 4,1,3 1,2,4 3,1,4 4,2,3 2,1,3", text);
    }

    private static NodeId[] Nodes(int count) => [.. Enumerable.Range(1, count).Select(node => new NodeId(node))];

    private static IEnumerable<VNodeId> AllVNodes(ShardMap map) =>
        Enumerable.Range(0, map.VNodeCount).Select(vnode => new VNodeId(vnode));

    private static int CeilingOf(int dividend, int divisor) => (dividend + divisor - 1) / divisor;

    private static void Change(List<NodeId> nodes, int change)
    {
        if (change % 2 == 0 || nodes.Count == 1)
        {
            nodes.Add(new NodeId(nodes.Max().Value + 1));
        }
        else
        {
            nodes.RemoveAt(change / 2 % nodes.Count);
        }
    }

    private static List<(VNodeId VNode, NodeId To)> Moves(ShardMap before, ShardMap after) =>
        [.. AllVNodes(after).SelectMany(vnode => after.ReplicasOf(vnode).ToArray()
            .Where(node => !before.IsReplica(vnode, node)).Select(node => (vnode, node)))];

    private static void AssertBalanced(ShardMap map, NodeId[] nodes)
    {
        var held = nodes.Select(node => AllVNodes(map).Count(vnode => map.IsReplica(vnode, node))).ToList();
        var led = nodes.Select(node => AllVNodes(map).Count(vnode => map.LeaderOf(vnode) == node)).ToList();

        Assert.All(AllVNodes(map), vnode => Assert.Distinct(map.ReplicasOf(vnode).ToArray()));
        Assert.All(AllVNodes(map), vnode => Assert.Equal(map.Replicas, map.ReplicasOf(vnode).Length));
        Assert.Equal(map.VNodeCount * map.Replicas, held.Sum());
        Assert.True(held.Max() - held.Min() <= 1);
        Assert.Equal(map.VNodeCount, led.Sum());
        Assert.True(led.Max() - led.Min() <= 1);
    }
}
