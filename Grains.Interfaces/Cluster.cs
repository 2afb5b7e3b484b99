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

/// <summary>A node.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.node")]
public sealed record Node
{
    /// <summary>Its number in the cluster; 0 if it never was in the plan.</summary>
    [Id(0)]
    public int Id { get; init; }

    /// <summary>Its name.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>Where other nodes reach it; null if it does not run.</summary>
    [Id(2)]
    public string? Address { get; init; }

    /// <summary>Whether it answers.</summary>
    [Id(3)]
    public bool IsAlive { get; init; }

    /// <summary>Whether the plan has it; if not, it gives its replicas away.</summary>
    [Id(4)]
    public bool IsPlanned { get; init; }

    /// <summary>How many vnodes it leads.</summary>
    [Id(5)]
    public int LeaderCount { get; init; }

    /// <summary>How many replicas of vnodes it has.</summary>
    [Id(6)]
    public int ReplicaCount { get; init; }

    /// <summary>Whether everything that it leads can fire.</summary>
    [Id(7)]
    public bool IsReady { get; init; }

    /// <summary>The address of its REST interface; null if it has none.</summary>
    [Id(8)]
    public string? RestAddress { get; init; }
}

/// <summary>A vnode.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.vnode")]
public sealed record VNode
{
    /// <summary>Its number.</summary>
    [Id(0)]
    public int Number { get; init; }

    /// <summary>The node that leads it; null if none does.</summary>
    [Id(1)]
    public string? Leader { get; init; }

    /// <summary>Its replicas.</summary>
    [Id(2)]
    public ImmutableArray<VNodeReplica> Replicas { get; init; } = [];
}

/// <summary>A replica of a vnode.</summary>
/// <param name="Node">Its node.</param>
/// <param name="IsVoter">Whether it votes; if not, it catches up.</param>
/// <param name="LagEntries">How many entries of the log it has not confirmed.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.vnode-replica")]
public sealed record VNodeReplica(
    [property: Id(0)] string Node, [property: Id(1)] bool IsVoter, [property: Id(2)] long LagEntries);

/// <summary>The reply to a change of the cluster.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.cluster-reply")]
public sealed record ClusterReply : Reply;
