namespace TimeMachine.Grains.Cluster;

/// <summary>Names a replica.</summary>
/// <param name="Group">The group.</param>
/// <param name="Replica">The replica.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.group-replica")]
internal sealed record NamedReplica([property: Id(0)] int Group, [property: Id(1)] ulong Replica);
