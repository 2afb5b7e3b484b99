using TimeMachine.Core.Replication;

namespace TimeMachine.Simulation.Nodes;

/// <summary>A checkpoint of one replica: its rows as of an applied index. Never changed.</summary>
/// <param name="Group">The group.</param>
/// <param name="Replica">The replica that wrote it.</param>
/// <param name="Index">The applied index.</param>
/// <param name="Rows">The rows.</param>
public sealed record StoredReplica(GroupId Group, ReplicaId Replica, LogIndex Index, MemoryRowStore Rows);
