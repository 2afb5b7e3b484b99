namespace TimeMachine.Grains.Cluster;

/// <summary>What a node says of itself.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.node-report")]
internal sealed record NodeReport
{
    /// <summary>Its number.</summary>
    [Id(0)]
    public int Node { get; init; }

    /// <summary>The random number on its disk.</summary>
    [Id(1)]
    public uint Tag { get; init; }

    /// <summary>Whether everything that it leads can fire.</summary>
    [Id(2)]
    public bool IsReady { get; init; }

    /// <summary>Whether leaderships may be moved to it: its clock and its disk are good, and it is not stopping.
    /// </summary>
    [Id(3)]
    public bool MayLead { get; init; }

    /// <summary>Its replicas.</summary>
    [Id(4)]
    public List<ReplicaReport> Replicas { get; init; } = [];

    /// <summary>Replicas of it that never speak again: removed, or damaged.</summary>
    [Id(5)]
    public List<ulong> Dead { get; init; } = [];

    /// <summary>The address of its REST interface; empty if it has none.</summary>
    [Id(6)]
    public string RestAddress { get; init; } = "";
}
