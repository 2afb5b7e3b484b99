namespace TimeMachine.Core.Routing;

/// <summary>Whom a router believes to lead each vnode. A belief only: whoever is asked knows better.</summary>
/// <param name="map">The replicas to ask when nobody is known.</param>
public sealed class LeaderCache(ShardMap map)
{
    private readonly NodeId[] _leaders = new NodeId[map.VNodeCount];
    private readonly int[] _turns = new int[map.VNodeCount];
    private ShardMap _map = map;
    private ShardMap _mapBefore = map;
    private NodeId[] _nodes = NodesOf([], map);

    /// <summary>How many vnodes there are.</summary>
    public int VNodeCount => _map.VNodeCount;

    /// <summary>Whether somebody is believed to lead.</summary>
    public bool IsKnown(VNodeId vnode) => _leaders[vnode.Value] != NodeId.None;

    /// <summary>
    /// Takes over a newer map; the vnode count never changes. The one before is remembered: vnodes move after their
    /// map, and until then only the old replicas know their leader.
    /// </summary>
    public void OnMap(ShardMap map)
    {
        Invariant.Require(map.VNodeCount == _map.VNodeCount);
        _mapBefore = _map;
        _map = map;
        _nodes = NodesOf(_nodes, map);
    }

    /// <summary>
    /// Whom to ask: the leader as far as it is known, else the replicas in turn, the planned leader first, then those
    /// of the map before, and at last everybody: a vnode whose move lags behind several maps is found as well.
    /// </summary>
    public NodeId Target(VNodeId vnode)
    {
        var known = _leaders[vnode.Value];
        if (known != NodeId.None)
        {
            return known;
        }

        var now = _map.ReplicasOf(vnode);
        var before = _mapBefore.ReplicasOf(vnode);
        var turn = (_turns[vnode.Value]++ & int.MaxValue) % (now.Length + before.Length + _nodes.Length);
        if (turn < now.Length)
        {
            return now[turn];
        }

        turn -= now.Length;
        return turn < before.Length ? before[turn] : _nodes[turn - before.Length];
    }

    private static NodeId[] NodesOf(NodeId[] known, ShardMap map)
    {
        var nodes = new SortedSet<NodeId>(known);
        for (var vnode = 0; vnode < map.VNodeCount; vnode++)
        {
            foreach (var node in map.ReplicasOf(new VNodeId(vnode)))
            {
                nodes.Add(node);
            }
        }

        return [.. nodes];
    }

    /// <summary>A node answered as only the leader does, or was named as the leader.</summary>
    public void OnLeader(VNodeId vnode, NodeId node) => _leaders[vnode.Value] = node;

    /// <summary>A node does not lead, or does not answer: it is no longer believed to.</summary>
    public void OnNotLeader(VNodeId vnode, NodeId node)
    {
        if (_leaders[vnode.Value] == node)
        {
            _leaders[vnode.Value] = NodeId.None;
        }
    }
}
