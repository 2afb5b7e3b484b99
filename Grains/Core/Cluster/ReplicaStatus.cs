namespace TimeMachine.Core.Cluster;

/// <summary>One member of a group's configuration, as the group's leader sees it.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Node">Where it is.</param>
/// <param name="IsVoter">Voter or learner.</param>
/// <param name="IsHeard">Whether it answers the leader just now (<c>RaftCore.IsHeard</c>); true for the leader
/// itself.</param>
/// <param name="LagEntries">The leader's last log index less its match index.</param>
public readonly record struct ReplicaStatus(
    ReplicaId Replica, NodeId Node, bool IsVoter, bool IsHeard, long LagEntries);
