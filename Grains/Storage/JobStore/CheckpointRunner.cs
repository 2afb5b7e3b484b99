using System.Collections.Concurrent;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// The threads that make checkpoints durable, so that merges do not stall applies. A replica has one under way at a
/// time; which are begun, and how many, the node's policy says.
/// </summary>
public sealed class CheckpointRunner : IDisposable
{
    private readonly BlockingCollection<(GroupId Group, ReplicaStore Store)> _begun = [];
    private readonly ICheckpointObserver _observer;
    private readonly List<Thread> _threads = [];

    /// <summary>Starts the threads.</summary>
    /// <param name="observer">Who is told.</param>
    /// <param name="threads">How many: as many as checkpoints are under way at once, 1 or more.</param>
    public CheckpointRunner(ICheckpointObserver observer, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _observer = observer;
        for (var number = 0; number < threads; number++)
        {
            var thread = new Thread(RunAll) { Name = $"checkpoints {number}", IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Runs a checkpoint that was begun, or one that found no room before.</summary>
    public void Run(GroupId group, ReplicaStore store) => _begun.Add((group, store));

    /// <summary>Ends the threads once what was handed in is done.</summary>
    public void Dispose()
    {
        _begun.CompleteAdding();
        _threads.ForEach(static thread => thread.Join());
        _begun.Dispose();
    }

    private void RunAll()
    {
        try
        {
            foreach (var (group, store) in _begun.GetConsumingEnumerable())
            {
                Run(store, group);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nothing behind a failed checkpoint may count as durable: the owner ends the process.
            _observer.OnFailed(error);
        }
    }

    private void Run(ReplicaStore store, GroupId group)
    {
        try
        {
            store.RunCheckpoint();
            _observer.OnDurable(group, store);
        }
        catch (StorageFullException)
        {
            _observer.OnWithoutRoom(group, store);
        }
        catch (StoreDamagedException error)
        {
            _observer.OnDamaged(group, store, error);
        }
    }
}
