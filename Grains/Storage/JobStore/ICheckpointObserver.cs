namespace TimeMachine.Storage.JobStore;

/// <summary>Is told how checkpoints end, on a thread of the checkpoints; hands it on to the node's own.</summary>
public interface ICheckpointObserver
{
    /// <summary>The rows that were set aside are durable: <see cref="ReplicaStore.EndCheckpoint"/> is next, on the
    /// thread that owns the store.</summary>
    public void OnDurable(GroupId group, ReplicaStore store);

    /// <summary>The disk has no room. The checkpoint stays under way, and is run again later.</summary>
    public void OnWithoutRoom(GroupId group, ReplicaStore store);

    /// <summary>The rows do not merge: the replica is to be closed, its store deleted, and rebuilt from its peers.
    /// </summary>
    public void OnDamaged(GroupId group, ReplicaStore store, StoreDamagedException error);

    /// <summary>Something that must not happen did, a failed sync say. Nothing may count as durable any more: the
    /// process is to end. Nothing is told after it by the same thread.</summary>
    public void OnFailed(Exception error);
}
