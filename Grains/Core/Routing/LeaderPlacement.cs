namespace TimeMachine.Core.Routing;

/// <summary>
/// Chooses each vnode's preferred leader among its replicas, so that all nodes lead as many within 1.
/// </summary>
/// <remarks>
/// <para>Such a choice exists. Give each replica 1/r of its vnode's leadership: node n then leads c(n)/r with c(n) =
/// floor(T / N) or ceil(T / N), and a bipartite flow with whole capacities rounds it to floor(c(n)/r) or ceil(c(n)/r).
/// As T = V x r, these are floor(V / N) and ceil(V / N).</para>
/// <para>It is found. The difference between the present choice and such a one falls apart into paths from nodes that
/// lead too many to nodes that lead too few, each step one vnode whose leadership passes to another of its replicas.
/// A breadth-first search meets one as long as a node is above ceil(V / N) or below floor(V / N).</para>
/// </remarks>
internal sealed class LeaderPlacement(ReplicaPlacement placement, ShardMap? previous)
{
    private readonly int[] _leaders = new int[placement.VNodeCount];
    private readonly int[] _counts = new int[placement.Nodes.Length];

    /// <summary>
    /// Leaves each leader where it was while its replica stayed; the others go to a replica's node that leads least.
    /// </summary>
    public void KeepPrevious()
    {
        Array.Fill(_leaders, -1);
        for (var vnode = 0; previous is not null && vnode < _leaders.Length; vnode++)
        {
            var place = Array.BinarySearch(placement.Nodes, previous.LeaderOf(new VNodeId(vnode)));
            if (place >= 0 && placement.Holds(vnode, place))
            {
                Lead(vnode, place);
            }
        }

        for (var vnode = 0; vnode < _leaders.Length; vnode++)
        {
            if (_leaders[vnode] < 0)
            {
                Lead(vnode, LeastLeading(vnode));
            }
        }
    }

    /// <summary>Passes leaderships on until every node leads floor(V / N) or ceil(V / N) vnodes.</summary>
    public void Balance()
    {
        var floor = _leaders.Length / _counts.Length;
        var ceiling = (_leaders.Length + _counts.Length - 1) / _counts.Length;
        for (var node = 0; node < _counts.Length; node++)
        {
            while (_counts[node] > ceiling)
            {
                PassFrom(node, ceiling);
            }
        }

        for (var node = 0; node < _counts.Length; node++)
        {
            while (_counts[node] < floor)
            {
                PassTo(node, floor);
            }
        }
    }

    /// <summary>The finished map.</summary>
    public ShardMap ToMap()
    {
        var nodes = new List<NodeId>(_leaders.Length * placement.Replicas);
        for (var vnode = 0; vnode < _leaders.Length; vnode++)
        {
            nodes.Add(placement.Nodes[_leaders[vnode]]);
            for (var node = 0; node < _counts.Length; node++)
            {
                if (node != _leaders[vnode] && placement.Holds(vnode, node))
                {
                    nodes.Add(placement.Nodes[node]);
                }
            }
        }

        return new ShardMap(_leaders.Length, placement.Replicas, [.. nodes]);
    }

    private void PassFrom(int from, int ceiling)
    {
        var isFound = TryPass(from, node => _counts[node] < ceiling);
        Invariant.Require(isFound);
    }

    private void PassTo(int to, int floor)
    {
        var isFound = false;
        for (var from = 0; !isFound && from < _counts.Length; from++)
        {
            isFound = _counts[from] > floor && TryPass(from, node => node == to);
        }

        Invariant.Require(isFound);
    }

    // Breadth first, so that as few leaderships as possible change hands.
    private bool TryPass(int from, Predicate<int> isEnd)
    {
        var (cameFrom, via) = (Unvisited(), Unvisited());
        var queue = new Queue<int>([from]);
        cameFrom[from] = from;
        while (queue.TryDequeue(out var node))
        {
            if (isEnd(node))
            {
                Walk(cameFrom, via, from, node);
                return true;
            }

            VisitTakers(node, cameFrom, via, queue);
        }

        return false;
    }

    private void VisitTakers(int node, int[] cameFrom, int[] via, Queue<int> queue)
    {
        for (var vnode = 0; vnode < _leaders.Length; vnode++)
        {
            for (var taker = 0; _leaders[vnode] == node && taker < _counts.Length; taker++)
            {
                if (cameFrom[taker] < 0 && placement.Holds(vnode, taker))
                {
                    (cameFrom[taker], via[taker]) = (node, vnode);
                    queue.Enqueue(taker);
                }
            }
        }
    }

    private void Walk(int[] cameFrom, int[] via, int from, int to)
    {
        for (var node = to; node != from; node = cameFrom[node])
        {
            Lead(via[node], node);
        }
    }

    private void Lead(int vnode, int node)
    {
        Invariant.Require(placement.Holds(vnode, node));
        if (_leaders[vnode] >= 0)
        {
            _counts[_leaders[vnode]]--;
        }

        _leaders[vnode] = node;
        _counts[node]++;
    }

    private int LeastLeading(int vnode)
    {
        var best = -1;
        for (var node = 0; node < _counts.Length; node++)
        {
            if (placement.Holds(vnode, node) && (best < 0 || IsBetterFor(vnode, node, best)))
            {
                best = node;
            }
        }

        return best;
    }

    private bool IsBetterFor(int vnode, int node, int than) => _counts[node] != _counts[than]
        ? _counts[node] < _counts[than]
        : placement.RankOf(vnode, node) < placement.RankOf(vnode, than);

    private int[] Unvisited()
    {
        var marks = new int[_counts.Length];
        Array.Fill(marks, -1);
        return marks;
    }
}
