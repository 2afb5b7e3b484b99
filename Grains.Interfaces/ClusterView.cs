using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>The cluster as its nodes report it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.cluster-view")]
public sealed record ClusterView : Reply
{
    /// <summary>The number of vnodes, fixed at the formation.</summary>
    [Id(0)]
    public int VNodeCount { get; init; }

    /// <summary>How many replicas each vnode shall have, as soon as there are nodes enough.</summary>
    [Id(1)]
    public int ReplicaTarget { get; init; }

    /// <summary>The node that leads the system group; null if none does.</summary>
    [Id(2)]
    public string? SystemLeader { get; init; }

    /// <summary>The nodes of the plan, and those that run without being in it, by id.</summary>
    [Id(3)]
    public ImmutableArray<Node> Nodes { get; init; } = [];

    /// <summary>The vnodes.</summary>
    [Id(4)]
    public ImmutableArray<VNode> VNodes { get; init; } = [];
}
