namespace TimeMachine.Core.Routing;

/// <summary>Whom a router believes to lead each vnode. A belief only: whoever is asked knows better.</summary>
/// <param name="map">The replicas to ask when nobody is known.</param>
public sealed class LeaderCache(ShardMap map)
{
    private readonly NodeId[] _leaders = new NodeId[map.VNodeCount];
    private readonly int[] _turns = new int[map.VNodeCount];
    private ShardMap _map = map;

    /// <summary>How many vnodes there are.</summary>
    public int VNodeCount => _map.VNodeCount;

    /// <summary>Whether somebody is believed to lead.</summary>
    public bool IsKnown(VNodeId vnode) => _leaders[vnode.Value] != NodeId.None;

    /// <summary>Takes over a newer map; the vnode count never changes.</summary>
    public void OnMap(ShardMap map)
    {
        Invariant.Require(map.VNodeCount == _map.VNodeCount);
        _map = map;
    }

    /// <summary>
    /// Whom to ask: the leader as far as it is known, else the replicas in turn, the planned leader first.
    /// </summary>
    public NodeId Target(VNodeId vnode)
    {
        var known = _leaders[vnode.Value];
        if (known != NodeId.None)
        {
            return known;
        }

        var replicas = _map.ReplicasOf(vnode);
        var turn = _turns[vnode.Value]++;
        return replicas[(turn & int.MaxValue) % replicas.Length];
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
