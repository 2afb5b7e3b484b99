using System.Collections.Immutable;

namespace TimeMachine.Core.SystemGroup;

/// <summary>All nodes ever admitted. One owner changes it; others may read at any time.</summary>
public sealed class NodeRegistry
{
    private ImmutableSortedDictionary<int, NodeRecord> _nodes = ImmutableSortedDictionary<int, NodeRecord>.Empty;

    /// <summary>How many there are, retired ones included.</summary>
    public int Count => _nodes.Count;

    /// <summary>All nodes by id, retired ones included.</summary>
    public IEnumerable<NodeRecord> List() => _nodes.Values;

    /// <summary>Finds a node by its id.</summary>
    public bool TryGet(NodeId node, out NodeRecord record) => _nodes.TryGetValue(node.Value, out record!);

    /// <summary>Finds a node by its name.</summary>
    public bool TryGet(string name, out NodeRecord record)
    {
        foreach (var known in _nodes.Values)
        {
            if (string.Equals(known.Name, name, StringComparison.Ordinal))
            {
                record = known;
                return true;
            }
        }

        record = null!;
        return false;
    }

    /// <summary>Whether a node may take part as this incarnation.</summary>
    public bool IsAdmitted(NodeId node, ulong incarnation) =>
        TryGet(node, out var record) && !record.IsRetired && record.Incarnation == incarnation;

    internal void Put(NodeRecord record) => _nodes = _nodes.SetItem(record.Node.Value, record);

    internal void Clear() => _nodes = _nodes.Clear();
}
