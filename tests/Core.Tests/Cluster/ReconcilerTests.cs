using CsCheck;
using TimeMachine.Core.Cluster;

namespace TimeMachine.Core.Tests.Cluster;

public sealed class ReconcilerTests
{
    [Fact]
    public void A_cluster_as_planned_needs_no_step()
    {
        var cluster = new FakeCluster(vnodeCount: 8, nodeCount: 1);

        Assert.Equal(0, cluster.Round());
    }

    [Fact]
    public void A_cluster_that_grows_from_one_node_to_three_has_three_voters_a_vnode_and_spread_leaders()
    {
        var cluster = new FakeCluster(vnodeCount: 16, nodeCount: 1);

        cluster.SetNodes(1, 2, 3);
        cluster.Settle();

        cluster.ShouldBeAsPlanned();
        Assert.Equal([5, 5, 6], cluster.Groups.Where(group => !group.IsSystem)
            .CountBy(cluster.LeaderOf).Select(pair => pair.Value).Order());
        Assert.DoesNotContain(cluster.Done, step => step.Kind == ReconcileKind.Remove);
    }

    [Fact]
    public void Of_two_new_learners_none_is_promoted_before_both_have_caught_up()
    {
        var cluster = new FakeCluster(vnodeCount: 1, nodeCount: 1) { LagOfNewLearners = 100_000 };
        cluster.SetNodes(1, 2, 3);

        cluster.Settle();
        Assert.All(cluster.Groups, group => Assert.Equal([true, false, false], Voters(cluster, group)));

        cluster.CatchUp();
        cluster.Settle();
        cluster.ShouldBeAsPlanned();
    }

    [Fact]
    public void Of_two_new_learners_one_that_caught_up_waits_for_the_other()
    {
        var cluster = new FakeCluster(vnodeCount: 1, nodeCount: 1) { LagOfNewLearners = 100_000 };
        cluster.SetNodes(1, 2, 3);
        cluster.Settle();

        cluster.CatchUp(node: 2);
        cluster.Settle();

        Assert.All(cluster.Groups, group => Assert.Equal([true, false, false], Voters(cluster, group)));
    }

    [Fact]
    public void A_voter_that_shall_go_stays_until_its_successor_has_caught_up()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3, 4]);
        cluster.LagOfNewLearners = 100_000;

        cluster.SetNodes(1, 2, 3);
        cluster.Settle();

        Assert.All(
            cluster.Groups.Where(group => !group.IsSystem),
            group => Assert.Equal(3, Voters(cluster, group).Count(isVoter => isVoter)));
    }

    [Fact]
    public void A_leader_that_shall_go_hands_over_to_another_voter_when_the_preferred_one_may_not_lead()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3, 4]);
        var group = cluster.Groups.First(group => !group.IsSystem && cluster.LeaderOf(group) == new NodeId(4));
        cluster.SetNodes(1, 2, 3);
        var preferred = cluster.Target.LeaderOf(group.VNode);
        var view = cluster.View();
        var status = view.Groups.Single(status => status.Group == group);
        var replicas = cluster.Target.ReplicasOf(group.VNode).ToArray().Append(new NodeId(4))
            .Select((node, i) => new ReplicaStatus(new ReplicaId((ulong)i + 1), node, IsVoter: true, IsHeard: true, 0));
        status = status with { Leader = new ReplicaId(4), Replicas = [.. replicas] };
        var nodes = view.Nodes.Select(node => node with { MayLead = node.Node != preferred });

        var step = Decide(view with { Groups = [status], Nodes = [.. nodes] }).Single();

        Assert.Equal(ReconcileKind.TransferLeadership, step.Kind);
        Assert.NotEqual(preferred, step.Node);
    }

    [Fact]
    public void A_node_that_joins_takes_over_its_share()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);

        cluster.SetNodes(1, 2, 3, 4);
        cluster.Settle();

        cluster.ShouldBeAsPlanned();
    }

    [Fact]
    public void A_node_that_leaves_is_replaced_before_it_is_removed()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3, 4]);
        cluster.Done.Clear();

        cluster.SetNodes(1, 2, 3);
        cluster.Settle();

        cluster.ShouldBeAsPlanned();
        foreach (var steps in cluster.Done.Where(step => !step.Group.IsSystem).GroupBy(step => step.Group))
        {
            var kinds = steps.Select(step => step.Kind).Where(kind => kind != ReconcileKind.TransferLeadership);
            Assert.Equal([ReconcileKind.AddLearner, ReconcileKind.Promote, ReconcileKind.Remove], kinds);
        }
    }

    [Fact]
    public void A_target_node_that_is_down_for_a_moment_costs_no_group_a_voter()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);
        cluster.SetNodes(1, 2, 3, 4);
        cluster.Kill(4);

        cluster.Settle();
        Assert.All(cluster.Groups, group => Assert.Equal(3, Voters(cluster, group).Count(isVoter => isVoter)));

        cluster.Revive(4);
        cluster.Settle();
        cluster.ShouldBeAsPlanned();
    }

    [Fact]
    public void A_leader_that_shall_go_hands_over_first()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3, 4]);
        var led = cluster.Groups.Where(group => !group.IsSystem && cluster.LeaderOf(group) == new NodeId(4)).ToList();

        cluster.SetNodes(1, 2, 3);
        cluster.Settle();

        Assert.NotEmpty(led);
        Assert.All(led, group => Assert.NotEqual(new NodeId(4), cluster.LeaderOf(group)));
    }

    [Fact]
    public void A_dead_node_of_the_plan_is_waited_for()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);

        cluster.Kill(2);
        cluster.Settle();
        Assert.All(cluster.Groups, group => Assert.Equal(3, cluster.ReplicasOf(group).Count));

        cluster.Revive(2);
        cluster.Settle();
        cluster.ShouldBeAsPlanned();
    }

    [Fact]
    public void A_dead_node_that_leaves_the_plan_is_replaced()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3, 4]);

        cluster.Kill(2);
        cluster.SetNodes(1, 3, 4);
        cluster.Settle();

        cluster.ShouldBeAsPlanned();
    }

    [Fact]
    public void A_silent_voter_outside_the_plan_stays_until_another_has_its_place()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);

        cluster.Kill(1);
        cluster.Kill(4);
        cluster.SetNodes(2, 3, 4);
        cluster.Settle();
        Assert.All(cluster.Groups.Where(group => !group.IsSystem), group =>
            Assert.Contains(cluster.ReplicasOf(group), replica => replica.Node == new NodeId(1)));

        cluster.Revive(4);
        cluster.Settle();
        cluster.ShouldBeAsPlanned();
    }

    [Fact]
    public void A_node_that_leaves_hears_of_the_routes_until_it_has_no_vnode_any_more()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3, 4]);
        cluster.Done.Clear();

        cluster.SetNodes(1, 2, 4);
        cluster.Settle();

        var leaving = cluster.Done.FindAll(step => step.Kind == ReconcileKind.Remove && step.Node == new NodeId(3));
        Assert.True(leaving.Count > 1);
        Assert.Equal(GroupId.System, leaving[^1].Group);
        cluster.ShouldBeAsPlanned();
    }

    [Fact]
    public void A_wiped_node_comes_back_with_new_replica_ids()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);
        var before = cluster.Groups.SelectMany(cluster.ReplicasOf).Where(replica => replica.Node == new NodeId(2))
            .Select(replica => replica.Replica).ToHashSet();

        cluster.Wipe(2);
        cluster.Settle();

        cluster.ShouldBeAsPlanned();
        var after = cluster.Groups.SelectMany(cluster.ReplicasOf);
        Assert.DoesNotContain(after, replica => before.Contains(replica.Replica));
    }

    [Fact]
    public void A_lost_voter_is_not_removed_when_that_would_lose_the_quorum_of_live_voters()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);
        var status = cluster.View().Groups.Single(group => group.Group == new GroupId(1));
        var leader = status.Replicas.Single(replica => replica.Replica == status.Leader);
        var others = status.Replicas.Where(replica => replica != leader).ToList();
        var lost = new HashSet<LostReplica> { new(status.Group, others[0].Replica) };
        status = status with { Replicas = [leader, others[0], others[1] with { IsHeard = false }] };

        var steps = Decide(cluster.View() with { Groups = [status], Lost = lost });

        Assert.Empty(steps);
    }

    [Fact]
    public void A_group_whose_leader_cannot_change_its_members_is_left_alone()
    {
        var cluster = new FakeCluster(vnodeCount: 4, nodeCount: 1);
        cluster.SetNodes(1, 2, 3);
        var view = cluster.View();

        var unchangeable = view.Groups.Select(group => group with { IsChangeable = false });
        var leaderless = view.Groups.Select(group => group with { Leader = ReplicaId.None });

        Assert.Empty(Decide(view with { Groups = [.. unchangeable] }));
        Assert.Empty(Decide(view with { Groups = [.. leaderless] }));
    }

    [Fact]
    public void A_step_under_way_is_not_decided_again_before_its_time_is_up()
    {
        var cluster = new FakeCluster(vnodeCount: 1, nodeCount: 1) { CarriesOut = false };
        cluster.SetNodes(1, 2, 3);

        Assert.Equal(2, cluster.Round());
        Assert.Equal(0, cluster.Round(passesMs: 9_999));
        Assert.Equal(2, cluster.Round(passesMs: 1));
    }

    [Fact]
    public void A_refused_step_is_decided_again_at_once()
    {
        var cluster = new FakeCluster(vnodeCount: 1, nodeCount: 1) { CarriesOut = false };
        cluster.SetNodes(1, 2, 3);
        cluster.Round();

        cluster.Reconciler.OnRefused(new GroupId(1));

        Assert.Equal(1, cluster.Round());
    }

    [Fact]
    public void No_node_catches_up_with_more_groups_at_once_than_the_limit()
    {
        var cluster = new FakeCluster(vnodeCount: 32, nodeCount: 1) { LagOfNewLearners = 100_000 };
        cluster.SetNodes(1, 2, 3);

        cluster.Settle();

        Assert.All([2, 3], node => Assert.Equal(4, LearnersOn(cluster, node)));
    }

    [Fact]
    public void Leaders_move_a_few_at_a_time()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);
        cluster.Kill(2);
        cluster.Settle();
        cluster.Revive(2);

        Assert.Equal(4, cluster.Round());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(9, 7)]
    public void The_system_group_has_an_odd_count_of_voters_and_a_learner_on_every_other_node(int nodes, int voters)
    {
        var cluster = AClusterOf([.. Enumerable.Range(1, nodes)]);

        var replicas = cluster.ReplicasOf(GroupId.System);

        Assert.Equal(nodes, replicas.Select(replica => replica.Node).Distinct().Count());
        Assert.Equal(nodes, replicas.Count);
        Assert.Equal(voters, replicas.Count(replica => replica.IsVoter));
    }

    [Fact]
    public void A_second_learner_on_a_node_is_removed()
    {
        var cluster = AClusterOf(nodes: [1, 2, 3]);
        var view = cluster.View();
        var status = view.Groups.Single(group => group.Group == new GroupId(1));
        var twin = new ReplicaStatus(new ReplicaId(5), new NodeId(2), IsVoter: false, IsHeard: true, LagEntries: 0);

        var steps = Decide(view with { Groups = [status with { Replicas = [.. status.Replicas, twin] }] });

        Assert.Equal((ReconcileKind.Remove, twin.Replica), (steps.Single().Kind, steps.Single().Replica));
    }

    [Fact]
    public void Whatever_joins_leaves_dies_or_is_wiped_the_plan_is_reached_and_no_step_loses_a_quorum()
    {
        Gen.Int[0, 999].Array[1, 12].Sample(
            changes =>
            {
                var cluster = AClusterOf(nodes: [1, 2, 3, 4, 5]);
                var nodes = new List<int> { 1, 2, 3, 4, 5 };
                foreach (var change in changes)
                {
                    Disturb(cluster, nodes, change);
                }

                cluster.Settle();
                cluster.ShouldBeAsPlanned();
            },
            seed: "0N0XIzNsQ0O2",
            iter: 100);
    }

    private static FakeCluster AClusterOf(int[] nodes)
    {
        var cluster = new FakeCluster(vnodeCount: 16, nodeCount: 1);
        cluster.SetNodes(nodes);
        cluster.Settle();
        cluster.ShouldBeAsPlanned();
        return cluster;
    }

    // One fault at a time, each repaired before the next: more would be outside of what three voters can bear.
    private static void Disturb(FakeCluster cluster, List<int> nodes, int change)
    {
        var node = nodes[change / 10 % nodes.Count];
        switch (change % 10)
        {
            case < 3:
                nodes.Add(nodes.Max() + 1);
                cluster.SetNodes([.. nodes]);
                cluster.Round();
                break;
            case < 6 when nodes.Count > 3:
                nodes.Remove(node);
                cluster.SetNodes([.. nodes]);
                cluster.Settle();
                break;
            case < 8:
                cluster.Settle();
                cluster.Kill(node);
                cluster.Settle();
                cluster.Revive(node);
                break;
            default:
                cluster.Settle();
                cluster.Wipe(node);
                cluster.Settle();
                break;
        }
    }

    private static List<ReconcileStep> Decide(ClusterView view)
    {
        var steps = new List<ReconcileStep>();
        new Reconciler(new ReconcilerOptions()).Advance(view, new MonoMs(0), steps);
        return steps;
    }

    private static IEnumerable<bool> Voters(FakeCluster cluster, GroupId group) =>
        cluster.ReplicasOf(group).Select(replica => replica.IsVoter);

    private static int LearnersOn(FakeCluster cluster, int node) => cluster.Groups
        .Sum(group => cluster.ReplicasOf(group).Count(replica => !replica.IsVoter && replica.Node == new NodeId(node)));
}
