namespace TimeMachine.Core.Routing;

/// <summary>
/// Which nodes shall hold the replicas of each vnode, and which of them shall lead: the plan, not the present state.
/// </summary>
/// <remarks>What a vnode's members really are is what its own Raft log says; the reconciler moves it towards this
/// map.</remarks>
public sealed partial class ShardMap : IEquatable<ShardMap>
{
    /// <summary>The most vnodes of a cluster.</summary>
    public const int VNodesMax = 4_096;

    /// <summary>The most nodes of a cluster.</summary>
    public const int NodesMax = 256;

    /// <summary>The most replicas of a vnode: the most voters of a Raft group.</summary>
    public const int ReplicasMax = 7;

    private readonly NodeId[] _nodes;

    /// <summary>Makes a map.</summary>
    /// <param name="vnodeCount">1 to <see cref="VNodesMax"/>.</param>
    /// <param name="replicas">Replicas of each vnode: 1 to <see cref="ReplicasMax"/>.</param>
    /// <param name="nodes">The nodes of vnode 0, of vnode 1 and so on, each time the preferred leader first;
    /// kept.</param>
    /// <exception cref="InvariantViolationException">A count is out of its range, or two replicas of a vnode are on one
    /// node.</exception>
    internal ShardMap(int vnodeCount, int replicas, NodeId[] nodes)
    {
        Invariant.Require(vnodeCount is > 0 and <= VNodesMax);
        Invariant.Require(replicas is > 0 and <= ReplicasMax);
        Invariant.Require(nodes.Length == vnodeCount * replicas);
        VNodeCount = vnodeCount;
        Replicas = replicas;
        _nodes = nodes;
        for (var vnode = 0; vnode < vnodeCount; vnode++)
        {
            Invariant.Require(AreDistinctNodes(ReplicasOf(new VNodeId(vnode))));
        }
    }

    /// <summary>The number of vnodes.</summary>
    public int VNodeCount { get; }

    /// <summary>The number of replicas of each vnode.</summary>
    public int Replicas { get; }

    /// <summary>
    /// The nodes that shall hold the vnode, all distinct: the preferred leader first, the others ascending.
    /// </summary>
    /// <exception cref="InvariantViolationException">There is no such vnode.</exception>
    public ReadOnlySpan<NodeId> ReplicasOf(VNodeId vnode)
    {
        Invariant.Require((uint)vnode.Value < (uint)VNodeCount);
        return _nodes.AsSpan(vnode.Value * Replicas, Replicas);
    }

    /// <summary>The node that shall lead the vnode when it can.</summary>
    public NodeId LeaderOf(VNodeId vnode) => ReplicasOf(vnode)[0];

    /// <summary>Whether the node shall hold a replica of the vnode.</summary>
    public bool IsReplica(VNodeId vnode, NodeId node) => ReplicasOf(vnode).Contains(node);

    /// <inheritdoc/>
    public bool Equals(ShardMap? other) =>
        other is not null && Replicas == other.Replicas && _nodes.AsSpan().SequenceEqual(other._nodes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ShardMap);

    /// <inheritdoc/>
    public override int GetHashCode() => (VNodeCount * ReplicasMax) + Replicas;

    private static bool AreDistinctNodes(ReadOnlySpan<NodeId> nodes)
    {
        for (var i = 0; i < nodes.Length; i++)
        {
            if (nodes[i] == NodeId.None || nodes[(i + 1)..].Contains(nodes[i]))
            {
                return false;
            }
        }

        return true;
    }
}
