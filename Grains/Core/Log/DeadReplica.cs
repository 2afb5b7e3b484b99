namespace TimeMachine.Core.Log;

/// <summary>A replica id that was ended here.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Replica">The id.</param>
/// <param name="Epoch">The epoch that holds the record of it.</param>
internal record struct DeadReplica(GroupId Group, ReplicaId Replica, uint Epoch);
