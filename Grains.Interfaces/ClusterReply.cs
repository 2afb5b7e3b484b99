namespace TimeMachine.Grains.Interfaces;

/// <summary>The reply to a change of the cluster.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.cluster-reply")]
public sealed record ClusterReply : Reply;
