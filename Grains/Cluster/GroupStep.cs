namespace TimeMachine.Grains.Cluster;

/// <summary>A step for a group's leader.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.group-step")]
internal sealed record GroupStep
{
    /// <summary>The group.</summary>
    [Id(0)]
    public int Group { get; init; }

    /// <summary>What to do: a number of <c>ReconcileKind</c>.</summary>
    [Id(1)]
    public byte Kind { get; init; }

    /// <summary>The replica.</summary>
    [Id(2)]
    public ulong Replica { get; init; }

    /// <summary>Its node.</summary>
    [Id(3)]
    public int Node { get; init; }

    /// <summary>The configuration that it was decided on.</summary>
    [Id(4)]
    public long ConfigurationIndex { get; init; }
}
