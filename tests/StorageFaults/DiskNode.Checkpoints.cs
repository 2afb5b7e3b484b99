using System.Collections.Concurrent;
using TimeMachine.Core.Jobs;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.StorageFaults;

/// <content>Checkpoints, on a thread of their own.</content>
public sealed partial class DiskNode
{
    private readonly BlockingCollection<(GroupId Group, ReplicaStore Store)> _toCheckpoint = [];
    private readonly Thread _checkpoints;

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
            var replica = Core.Find(group)!;
            replica.WriteCheckpoint();
            var jobs = replica.Machine as JobStateMachine;
            _stores[group].BeginCheckpoint(
                replica.Point.Index, jobs?.PurgeFilter ?? default, (jobs?.LiveCount + jobs?.FinishedCount) ?? 0);
            _toCheckpoint.Add((group, _stores[group]));
        }
    }

    private void RunCheckpoints()
    {
        try
        {
            foreach (var (group, store) in _toCheckpoint.GetConsumingEnumerable())
            {
                store.RunCheckpoint();
                Post(() => Core.OnCheckpointEnded(group, store.EndCheckpoint(), Now));
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nothing behind a failed checkpoint may count as durable.
            OnFailed(error);
        }
    }

    private void EndCheckpoints()
    {
        _toCheckpoint.CompleteAdding();
        _checkpoints.Join();
        _toCheckpoint.Dispose();
    }
}
