namespace TimeMachine.Grains.Cluster;

/// <summary>A node of the plan.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.planned-node")]
public sealed record PlannedNode
{
    /// <summary>Its number, never used for another.</summary>
    [Id(0)]
    public int Id { get; init; }

    /// <summary>Its name.</summary>
    [Id(1)]
    public string Name { get; init; } = "";

    /// <summary>Whether it shall have replicas; if not, it gives them away.</summary>
    [Id(2)]
    public bool IsIn { get; init; }
}
