namespace TimeMachine.Grains.Cluster;

/// <summary>What the cluster shall be: its nodes, and where the vnodes shall be. Held in grain storage.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.plan")]
public sealed record ClusterPlan
{
    /// <summary>Grows with every change.</summary>
    [Id(0)]
    public int Revision { get; init; }

    /// <summary>The number of vnodes, fixed at the formation.</summary>
    [Id(1)]
    public int VNodeCount { get; init; }

    /// <summary>How many replicas each vnode shall have, as soon as there are nodes enough.</summary>
    [Id(2)]
    public int ReplicaTarget { get; init; }

    /// <summary>The node that forms the cluster.</summary>
    [Id(3)]
    public string FormedBy { get; init; } = "";

    /// <summary>Whether it has: from then on no disk begins with groups of its own.</summary>
    [Id(4)]
    public bool IsFormed { get; init; }

    /// <summary>All nodes that ever were in the plan, by id.</summary>
    [Id(5)]
    public List<PlannedNode> Nodes { get; init; } = [];

    /// <summary>Where the vnodes shall be; the form of docs/formats/shard-map.md.</summary>
    [Id(6)]
    public byte[] ShardMap { get; init; } = [];

    /// <summary>Finds a node by its name.</summary>
    public PlannedNode? Find(string name) =>
        Nodes.Find(node => string.Equals(node.Name, name, StringComparison.Ordinal));
}
