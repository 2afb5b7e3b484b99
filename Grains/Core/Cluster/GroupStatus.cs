namespace TimeMachine.Core.Cluster;

/// <summary>A group's membership and progress, as its leader reported them.</summary>
/// <param name="Group">The group.</param>
/// <param name="Leader">The leader's replica; none if no leader reported.</param>
/// <param name="ConfigurationIndex">The log index of the configuration that was reported.</param>
/// <param name="IsChangeable">Whether the leader would accept a change: none is uncommitted, its term has a committed
/// entry.</param>
/// <param name="Replicas">All members, voters and learners.</param>
public sealed record GroupStatus(
    GroupId Group,
    ReplicaId Leader,
    LogIndex ConfigurationIndex,
    bool IsChangeable,
    IReadOnlyList<ReplicaStatus> Replicas);
