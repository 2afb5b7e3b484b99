using System.Collections.Concurrent;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.StorageFaults;

/// <content>Checkpoints, on a thread of their own. A full disk is a state: they are tried again.</content>
public sealed partial class DiskNode
{
    private readonly BlockingCollection<(GroupId Group, ReplicaStore Store)> _toCheckpoint = [];
    private readonly Dictionary<GroupId, LogIndex> _checkpoints = [];
    private readonly Thread _checkpointing;

    /// <summary>How many checkpoints found no room.</summary>
    public int CheckpointsWithoutRoom { get; private set; }

    /// <summary>The applied index of a group's last checkpoint that is durable.</summary>
    public LogIndex CheckpointOf(GroupId group) => _checkpoints.GetValueOrDefault(group);

    private Thread StartCheckpoints()
    {
        var thread = new Thread(RunCheckpoints) { Name = "checkpoints", IsBackground = true };
        thread.Start();
        return thread;
    }

    private void BeginCheckpoints()
    {
        foreach (var group in _output.Checkpoints)
        {
            try
            {
                BeginCheckpoint(group, Core.Find(group)!);
                _toCheckpoint.Add((group, _stores[group]));
            }
            catch (StorageFullException)
            {
                FindNoRoom(group);
            }
        }
    }

    private void BeginCheckpoint(GroupId group, GroupReplica replica)
    {
        replica.WriteCheckpoint();
        var jobs = replica.Machine as JobStateMachine;
        _stores[group].BeginCheckpoint(
            replica.Point.Index, jobs?.PurgeFilter ?? default, (jobs?.LiveCount + jobs?.FinishedCount) ?? 0);
    }

    private void RunCheckpoints()
    {
        try
        {
            foreach (var (group, store) in _toCheckpoint.GetConsumingEnumerable())
            {
                RunCheckpoint(group, store);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nothing behind a failed checkpoint may count as durable.
            OnFailed(error);
        }
    }

    private void RunCheckpoint(GroupId group, ReplicaStore store)
    {
        try
        {
            store.RunCheckpoint();
            Post(() =>
            {
                _checkpoints[group] = store.EndCheckpoint();
                Core.OnCheckpointEnded(group, _checkpoints[group], Now);
            });
        }
        catch (StorageFullException)
        {
            Post(() => FindNoRoom(group));
        }
    }

    private void FindNoRoom(GroupId group)
    {
        CheckpointsWithoutRoom++;
        Core.OnCheckpointEnded(group, CheckpointOf(group), Now);
    }

    private void EndCheckpoints()
    {
        _toCheckpoint.CompleteAdding();
        _checkpointing.Join();
        _toCheckpoint.Dispose();
    }
}
