namespace TimeMachine.Core.Cluster;

/// <summary>
/// A replica whose node says that it has not got it any more: its disk was wiped or it is damaged for good.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Replica">The replica; it never votes or acknowledges again.</param>
public readonly record struct LostReplica(GroupId Group, ReplicaId Replica);
