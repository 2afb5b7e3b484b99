using System.Buffers.Binary;
using System.IO.Hashing;

namespace TimeMachine.Core.Routing;

/// <summary>
/// Consistent hashing: each node owns <see cref="PointsPerNode"/> points on a ring of 64-bit positions, and a vnode
/// prefers the nodes in the order in which their points follow its own position. A node that joins or leaves changes
/// nothing in the order of the others.
/// </summary>
/// <remarks>Karger et al., "Consistent hashing and random trees", 1997.</remarks>
public sealed class HashRing
{
    /// <summary>Points of each node: more of them spread first choices more evenly and cost memory and time.</summary>
    public const int PointsPerNode = 64;

    private readonly (ulong Position, int Node)[] _points;
    private readonly int _nodeCount;

    /// <summary>Makes the ring of some nodes.</summary>
    /// <param name="nodes">The nodes: distinct, ascending; orders name them by their place in this list.</param>
    /// <exception cref="InvariantViolationException">No node, or the list is not strictly ascending.</exception>
    public HashRing(ReadOnlySpan<NodeId> nodes)
    {
        Invariant.Require(nodes.Length > 0);
        _nodeCount = nodes.Length;
        _points = new (ulong, int)[nodes.Length * PointsPerNode];
        for (var node = 0; node < nodes.Length; node++)
        {
            Invariant.Require(node == 0 || nodes[node - 1] < nodes[node]);
            for (var point = 0; point < PointsPerNode; point++)
            {
                _points[(node * PointsPerNode) + point] = (PointPosition(nodes[node], point), node);
            }
        }

        Array.Sort(_points);
    }

    /// <summary>Tells for every node at which place a vnode prefers it: 0 is its first choice.</summary>
    /// <param name="vnode">The vnode.</param>
    /// <param name="ranks">Filled with one rank a node, by the node's place in the list of the ring; one rank
    /// each.</param>
    public void Rank(VNodeId vnode, Span<int> ranks)
    {
        Invariant.Require(ranks.Length == _nodeCount);
        ranks.Fill(-1);
        var point = FirstPointFrom(VNodePosition(vnode));
        for (var rank = 0; rank < _nodeCount; point = (point + 1) % _points.Length)
        {
            var node = _points[point].Node;
            if (ranks[node] < 0)
            {
                ranks[node] = rank++;
            }
        }
    }

    private int FirstPointFrom(ulong position)
    {
        var found = Array.BinarySearch(_points, (position, -1));
        return (found < 0 ? ~found : found) % _points.Length;
    }

    // Eight bytes for a node's point, four for a vnode: the two can never be the same input.
    private static ulong PointPosition(NodeId node, int point)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, node.Value);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], point);
        return XxHash3.HashToUInt64(bytes);
    }

    private static ulong VNodePosition(VNodeId vnode)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, vnode.Value);
        return XxHash3.HashToUInt64(bytes);
    }
}
