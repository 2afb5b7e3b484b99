namespace TimeMachine.Core.Routing;

/// <summary>
/// Plans which nodes hold and lead which vnodes: consistent hashing with bounded loads. Deterministic; integers only.
/// </summary>
/// <remarks>
/// <para>With V vnodes, N nodes, r replicas and T = V x r, every plan has these properties:</para>
/// <para>1. A vnode's replicas are on distinct nodes; every node holds floor(T / N) or ceil(T / N) of them and is the
/// preferred leader of floor(V / N) or ceil(V / N) vnodes. Proofs: <see cref="ReplicaPlacement"/>,
/// <see cref="LeaderPlacement"/>.</para>
/// <para>2. While r stays, one join moves only replicas that go to the newcomer: at most ceil(T / N), N counted with
/// it.</para>
/// <para>3. While r stays, one leave moves at most 2 x ceil(T / N), N counted before it: those that were lost, and at
/// most one exchange for each, only where all nodes with room hold the vnode already.</para>
/// <para>4. Planning again from its own answer changes nothing.</para>
/// <para>Mirrokni, Thorup, Zadimoghaddam, "Consistent hashing with bounded loads", 2018, with the load factor 1.</para>
/// </remarks>
public static class ShardPlanner
{
    /// <summary>Plans the map.</summary>
    /// <param name="nodes">The nodes of the cluster: 1 to <see cref="ShardMap.NodesMax"/>, distinct, any order.</param>
    /// <param name="vnodeCount">1 to <see cref="ShardMap.VNodesMax"/>.</param>
    /// <param name="replicas">The target: 1 to <see cref="ShardMap.ReplicasMax"/>; see
    /// <see cref="ReplicasFor"/>.</param>
    /// <param name="previous">The present map, whose replicas stay where they can, or null.</param>
    /// <exception cref="InvariantViolationException">A count is out of its range, a node is named twice, or the
    /// previous map has another vnode count.</exception>
    public static ShardMap Plan(ReadOnlySpan<NodeId> nodes, int vnodeCount, int replicas, ShardMap? previous = null)
    {
        Invariant.Require(nodes.Length is > 0 and <= ShardMap.NodesMax);
        Invariant.Require(vnodeCount is > 0 and <= ShardMap.VNodesMax);
        Invariant.Require(replicas is > 0 and <= ShardMap.ReplicasMax);
        Invariant.Require(previous is null || previous.VNodeCount == vnodeCount);
        var sorted = nodes.ToArray();
        Array.Sort(sorted);

        var placement = new ReplicaPlacement(sorted, vnodeCount, ReplicasFor(sorted.Length, replicas), previous);
        placement.KeepPrevious();
        placement.PlaceMissing();
        placement.Balance();

        var leaders = new LeaderPlacement(placement, previous);
        leaders.KeepPrevious();
        leaders.Balance();
        return leaders.ToMap();
    }

    /// <summary>
    /// How many replicas each vnode has: the target, or, on fewer nodes, the highest odd count: two voters would stop
    /// with either of them, one is no worse.
    /// </summary>
    public static int ReplicasFor(int nodeCount, int target) =>
        nodeCount >= target ? target : nodeCount - (nodeCount % 2 == 0 ? 1 : 0);
}
