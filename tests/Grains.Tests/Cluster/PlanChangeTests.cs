using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Tests.Cluster;

public sealed class PlanChangeTests
{
    [Theory]
    [InlineData(4, 3, true)]
    [InlineData(3, 3, false)]
    [InlineData(2, 3, true)]
    [InlineData(1, 3, false)]
    [InlineData(5, 5, false)]
    [InlineData(3, 1, true)]
    public void A_node_goes_only_if_each_vnode_keeps_its_number_of_replicas(int nodeCount, int target, bool mayGo)
    {
        var plan = APlan(nodeCount, target);

        var next = PlanChange.Remove(plan, "node1", out var error);

        Assert.Equal(mayGo ? null : ErrorCodes.PlanConflict, error?.Code);
        Assert.Equal(mayGo ? nodeCount - 1 : nodeCount, next.Nodes.Count(node => node.IsIn));
        Assert.Equal(PlanChange.MapOf(plan).Replicas, PlanChange.MapOf(next).Replicas);
    }

    [Fact]
    public void Who_wants_fewer_replicas_says_so_first()
    {
        var plan = PlanChange.Configure(APlan(nodeCount: 3, target: 3), vnodeCount: 8, replicaTarget: 1, out _);

        var next = PlanChange.Remove(plan, "node1", out var error);

        Assert.Null(error);
        Assert.Equal(2, next.Nodes.Count(node => node.IsIn));
    }

    private static ClusterPlan APlan(int nodeCount, int target)
    {
        var plan = PlanChange.Begin("node1", vnodeCount: 8, target);
        for (var node = 2; node <= nodeCount; node++)
        {
            plan = PlanChange.Register(plan, $"node{node}", joins: true);
        }

        return plan;
    }
}
