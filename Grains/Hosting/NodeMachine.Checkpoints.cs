using TimeMachine.Core.Jobs;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Grains.Hosting;

/// <content>Checkpoints, blocks read from disk, and replicas that are lost. A full disk is a state: checkpoints are
/// tried again.</content>
public sealed partial class NodeMachine : ICheckpointObserver
{
    private const int TendEveryMs = 1_000;
    private readonly Dictionary<GroupId, LogIndex> _checkpoints = [];
    private readonly Dictionary<GroupId, ReplicaStore> _running = [];
    private readonly Dictionary<ReplicaStore, string> _closing = [];
    private readonly CheckpointRunner _checkpointRunner;
    private MonoMs _tendsAt;

    /// <summary>How many checkpoints found no room.</summary>
    public int CheckpointsWithoutRoom { get; private set; }

    /// <summary>How many blocks of rows left memory because no read had touched them for
    /// <see cref="JobStoreOptions.BlockIdleSeconds"/>.</summary>
    public long BlocksReleased { get; private set; }

    /// <summary>The applied index of a group's last checkpoint that is durable.</summary>
    public LogIndex CheckpointOf(GroupId group) => _checkpoints.GetValueOrDefault(group);

    /// <summary>Ends a replica that is no member of its group any more, and removes its rows.</summary>
    public void Drop(GroupId group) => EndReplica(group);

    /// <inheritdoc/>
    public void OnDurable(GroupId group, ReplicaStore store) => Post(() =>
    {
        if (EndRunning(group, store))
        {
            _checkpoints[group] = store.EndCheckpoint();
            Core.OnCheckpointEnded(group, _checkpoints[group], Now);
        }
    });

    /// <inheritdoc/>
    public void OnWithoutRoom(GroupId group, ReplicaStore store) => Post(() =>
    {
        if (EndRunning(group, store))
        {
            FindNoRoom(group);
        }
    });

    /// <inheritdoc/>
    public void OnDamaged(GroupId group, ReplicaStore store, StoreDamagedException error) => Post(() =>
    {
        if (EndRunning(group, store))
        {
            LoseReplica(group);
        }
    });

    private void BeginCheckpoints()
    {
        foreach (var group in _output.Checkpoints)
        {
            if (Core.Find(group) is not { IsDamaged: false } replica)
            {
                continue;
            }

            try
            {
                replica.WriteCheckpoint();
                var jobs = replica.Machine as JobStateMachine;
                var store = _stores[group];
                store.BeginCheckpoint(
                    replica.Point.Index, jobs?.PurgeFilter ?? default, (jobs?.LiveCount + jobs?.FinishedCount) ?? 0);
                _running.Add(group, store);
                _checkpointRunner.Run(group, store);
            }
            catch (StorageFullException)
            {
                FindNoRoom(group);
            }
        }
    }

    /// <summary>Once a second. The trees keep each block that was read until they are told: without this a node would
    /// come to hold all that it ever read.</summary>
    private void TendStores()
    {
        if (Now < _tendsAt)
        {
            return;
        }

        _tendsAt = Now + TendEveryMs;
        RevertAgain();
        foreach (var store in _stores.Values)
        {
            BlocksReleased += store.Rows.ReleaseBlocks();
        }
    }

    private void FindNoRoom(GroupId group)
    {
        CheckpointsWithoutRoom++;
        Core.OnCheckpointEnded(group, CheckpointOf(group), Now);
    }

    /// <summary>A checkpoint's thread is done with a store.</summary>
    /// <returns>False if the store was given up meanwhile; it is closed now.</returns>
    private bool EndRunning(GroupId group, ReplicaStore store)
    {
        if (_running.GetValueOrDefault(group) == store)
        {
            _running.Remove(group);
        }

        if (_closing.Remove(store, out var path))
        {
            Delete(store, path);
            return false;
        }

        FinishWaitingInstall(group);
        return _stores.GetValueOrDefault(group) == store;
    }

    /// <summary>Closes a store as soon as no checkpoint runs on it, and removes its files.</summary>
    private void Close(GroupId group, ReplicaStore store, string path)
    {
        if (_running.GetValueOrDefault(group) == store)
        {
            _running.Remove(group);
            _closing.Add(store, path);
        }
        else
        {
            Delete(store, path);
        }
    }

    private void Delete(ReplicaStore store, string path)
    {
        store.Dispose();
        _installer.Run(() => ReplicaStore.Delete(_files, path));
    }
}
