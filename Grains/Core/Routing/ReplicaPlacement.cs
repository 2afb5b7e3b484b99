namespace TimeMachine.Core.Routing;

/// <summary>The planner's working state: which node (by its place in the sorted list) holds which vnode.</summary>
/// <remarks>
/// <para>Let |x| be the number of replicas on node x, and x \ y the vnodes that x holds and y does not.</para>
/// <para>Lemma. If |x| >= |y| and some vnode is on y and not on x, or if |x| > |y|, then x \ y is not empty: |x \ y| -
/// |y \ x| = |x| - |y|. So a node can always hand a vnode to a node that is no fuller.</para>
/// <para>Placement keeps loads within 1 of each other if they were: the load of a fullest node never grows while
/// another has less. Either a least loaded node lacks the vnode and takes it, or a least loaded y holds it; then any x
/// that lacks it (there is one: fewer than r &lt;= N nodes hold it) has |x| >= |y|, so by the lemma x hands some w to y
/// and takes the vnode. Only the load of y grew, by one, and at most one other replica moved.</para>
/// <para>Balance ends: each step takes from a fullest x and gives to an emptiest y with |x| >= |y| + 2, which the lemma
/// allows, and lowers the sum of the squared loads. At its end all are within 1, that is floor(T / N) or ceil(T /
/// N).</para>
/// <para>Join: the old nodes are within 1, none is missing, and taking from a fullest node keeps them so; while a
/// step is due, the emptiest is the newcomer. So every move goes to it, and it ends with at most ceil(T / N).</para>
/// <para>Leave: the survivors are within 1, and placement keeps that; Balance has nothing to do. So the lost replicas,
/// at most ceil(T / N), cost at most two moves each.</para>
/// </remarks>
internal sealed class ReplicaPlacement
{
    private readonly HashRing _ring;
    private readonly ShardMap? _previous;
    private readonly bool[] _holds;
    private readonly int[] _ranks;
    private readonly int[] _loads;
    private readonly int[] _held;

    public ReplicaPlacement(NodeId[] nodes, int vnodeCount, int replicas, ShardMap? previous)
    {
        Nodes = nodes;
        VNodeCount = vnodeCount;
        Replicas = replicas;
        _previous = previous;
        _ring = new HashRing(nodes);
        _holds = new bool[vnodeCount * nodes.Length];
        _ranks = new int[vnodeCount * nodes.Length];
        _loads = new int[nodes.Length];
        _held = new int[vnodeCount];
        for (var vnode = 0; vnode < vnodeCount; vnode++)
        {
            _ring.Rank(new VNodeId(vnode), _ranks.AsSpan(vnode * nodes.Length, nodes.Length));
        }
    }

    public NodeId[] Nodes { get; }

    public int VNodeCount { get; }

    public int Replicas { get; }

    public bool Holds(int vnode, int node) => _holds[(vnode * Nodes.Length) + node];

    public int RankOf(int vnode, int node) => _ranks[(vnode * Nodes.Length) + node];

    /// <summary>
    /// Takes over the replicas that are on nodes still there; of too many, the preferred leader's goes last.
    /// </summary>
    public void KeepPrevious()
    {
        for (var vnode = 0; _previous is not null && vnode < VNodeCount; vnode++)
        {
            foreach (var node in _previous.ReplicasOf(new VNodeId(vnode)))
            {
                var place = Array.BinarySearch(Nodes, node);
                if (place >= 0 && _held[vnode] < Replicas)
                {
                    Add(vnode, place);
                }
            }
        }
    }

    /// <summary>
    /// Places what is missing: on a least loaded node, of several on the one that the ring names first.
    /// </summary>
    public void PlaceMissing()
    {
        for (var vnode = 0; vnode < VNodeCount; vnode++)
        {
            while (_held[vnode] < Replicas)
            {
                Place(vnode);
            }
        }
    }

    /// <summary>Hands vnodes from a fullest to an emptiest node until all loads are within 1.</summary>
    public void Balance()
    {
        while (true)
        {
            var (fullest, emptiest) = (Extreme(isFullest: true), Extreme(isFullest: false));
            if (_loads[fullest] - _loads[emptiest] <= 1)
            {
                return;
            }

            HandOver(fullest, emptiest);
        }
    }

    private void Place(int vnode)
    {
        var taker = LeastLoadedWithout(vnode);
        var emptiest = Extreme(isFullest: false);
        if (_loads[taker] > _loads[emptiest])
        {
            HandOver(taker, emptiest);
        }

        Add(vnode, taker);
    }

    private int LeastLoadedWithout(int vnode)
    {
        var best = -1;
        for (var node = 0; node < Nodes.Length; node++)
        {
            if (!Holds(vnode, node) && (best < 0 || IsBetterFor(vnode, node, best)))
            {
                best = node;
            }
        }

        return best;
    }

    private bool IsBetterFor(int vnode, int node, int than) => _loads[node] != _loads[than]
        ? _loads[node] < _loads[than]
        : RankOf(vnode, node) < RankOf(vnode, than);

    private int Extreme(bool isFullest)
    {
        var best = 0;
        for (var node = 1; node < Nodes.Length; node++)
        {
            if (isFullest ? _loads[node] > _loads[best] : _loads[node] < _loads[best])
            {
                best = node;
            }
        }

        return best;
    }

    private void HandOver(int from, int to)
    {
        var best = -1;
        for (var vnode = 0; vnode < VNodeCount; vnode++)
        {
            var isCandidate = Holds(vnode, from) && !Holds(vnode, to);
            if (isCandidate && (best < 0 || IsCheaper(vnode, best, from, to)))
            {
                best = vnode;
            }
        }

        Invariant.Require(best >= 0);
        Remove(best, from);
        Add(best, to);
    }

    private bool IsCheaper(int vnode, int than, int from, int to)
    {
        var (cost, costThan) = (CostOfLeaving(vnode, from), CostOfLeaving(than, from));
        return cost != costThan ? cost < costThan : RankOf(vnode, to) < RankOf(than, to);
    }

    // A replica placed by this very plan costs nothing to place elsewhere; a leader's costs a transfer on top.
    private int CostOfLeaving(int vnode, int node)
    {
        var was = _previous is null ? default : _previous.ReplicasOf(new VNodeId(vnode));
        return was.IndexOf(Nodes[node]) switch
        {
            < 0 => 0,
            0 => 2,
            _ => 1,
        };
    }

    private void Add(int vnode, int node)
    {
        Invariant.Require(!Holds(vnode, node));
        _holds[(vnode * Nodes.Length) + node] = true;
        _loads[node]++;
        _held[vnode]++;
    }

    private void Remove(int vnode, int node)
    {
        Invariant.Require(Holds(vnode, node));
        _holds[(vnode * Nodes.Length) + node] = false;
        _loads[node]--;
        _held[vnode]--;
    }
}
