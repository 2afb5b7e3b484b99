using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

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
