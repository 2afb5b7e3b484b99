using TimeMachine.Core.Log;

namespace TimeMachine.Storage.RaftLog;

/// <summary>What the writer of a log tells its owner. Called on the writer's threads.</summary>
public interface ILogWriterObserver
{
    /// <summary>All batches up to this one are durable.</summary>
    public void OnSynced(long batch);

    /// <summary>A slot is prepared, or the disk had no room for it.</summary>
    public void OnPrepared(int slot, bool isPrepared);

    /// <summary>A write or sync failed. Nothing is written or told any more; the process is to end.</summary>
    public void OnFailed(Exception error);
}

/// <summary>
/// Writes a node's log on one thread. What is handed in while a sync is under way shares the next one, so batches grow
/// with the load. Slots are prepared on a second thread, since that takes as long as many syncs.
/// </summary>
public sealed class LogWriter : IDisposable
{
    private readonly LogDirectory _directory;
    private readonly ILogWriterObserver _observer;
    private readonly Worker<LogBatch> _writer;
    private readonly Worker<int> _preparer;
    private readonly List<int> _dirtySlots = [];
    private readonly Lock _telling = new();
    private bool _hasFailed;

    /// <summary>Starts the threads.</summary>
    /// <param name="directory">The files; from now on written by this writer alone.</param>
    /// <param name="observer">Who is told.</param>
    public LogWriter(LogDirectory directory, ILogWriterObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        _directory = directory;
        _observer = observer;
        _writer = new Worker<LogBatch>("raft log writer", WriteAll, Fail);
        _preparer = new Worker<int>("raft log preparer", PrepareAll, Fail);
    }

    private bool HasFailed
    {
        get
        {
            lock (_telling)
            {
                return _hasFailed;
            }
        }
    }

    /// <summary>Writes a batch behind those before it.</summary>
    public void Write(LogBatch batch) => _writer.Add(batch);

    /// <summary>Prepares a slot.</summary>
    public void Prepare(int slot) => _preparer.Add(slot);

    /// <summary>Ends the threads once what was handed in is done.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _preparer.Dispose();
    }

    private void WriteAll(List<LogBatch> batches)
    {
        _dirtySlots.Clear();
        foreach (var batch in batches)
        {
            foreach (var operation in batch.Operations)
            {
                if (HasFailed)
                {
                    return;
                }

                _directory.Write(operation);
            }

            if (_dirtySlots.Count == 0 || _dirtySlots[^1] != batch.Slot)
            {
                _dirtySlots.Add(batch.Slot);
            }
        }

        // In the order of the log: a segment counts only once all before it is durable.
        foreach (var slot in _dirtySlots)
        {
            _directory.Sync(slot);
        }

        Tell(() => _observer.OnSynced(batches[^1].Number));
    }

    private void PrepareAll(List<int> slots)
    {
        foreach (var slot in slots)
        {
            if (HasFailed)
            {
                return;
            }

            var isPrepared = _directory.TryPrepare(slot);
            Tell(() => _observer.OnPrepared(slot, isPrepared));
        }
    }

    // An error of either thread is the last that is told: what the other still does counts for nothing.
    private void Tell(Action what)
    {
        lock (_telling)
        {
            if (!_hasFailed)
            {
                what();
            }
        }
    }

    private void Fail(Exception error) => Tell(() =>
    {
        _hasFailed = true;
        _observer.OnFailed(error);
    });
}
