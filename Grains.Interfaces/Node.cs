namespace TimeMachine.Grains.Interfaces;

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
