using System.Diagnostics;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>One replica: the real state machine over a real store, without a log.</summary>
internal sealed class JobTree : IDisposable
{
    private readonly ApplyOutput _output = new();
    private volatile bool _isMerging;
    private volatile bool _isMerged;

    public JobTree(string path, JobStoreOptions options)
    {
        Store = ReplicaStore.Open(RealFileSystem.EndingTheProcess(), path, options);
        Rows = new CountedRows(Store.Rows);
        Machine = JobStateMachine.Load(Rows, new JobOptions());
    }

    public ReplicaStore Store { get; }

    public JobStateMachine Machine { get; private set; }

    /// <summary>What the state machine asks of the store's rows.</summary>
    public CountedRows Rows { get; }

    /// <summary>Merges that ended.</summary>
    public int Merges { get; private set; }

    /// <summary>The time that merges took.</summary>
    public TimeSpan MergeTime { get; private set; }

    /// <summary>When the first entry that is not in a merge was applied; 0 if all are.</summary>
    public long FreshSince { get; private set; }

    /// <summary>Whether a merge is under way.</summary>
    public bool IsMerging => _isMerging;

    /// <summary>Applies the next entry.</summary>
    public ApplyOutput Apply(ReadOnlyMemory<byte> payload)
    {
        if (_isMerged)
        {
            EndMerge();
        }

        FreshSince = FreshSince == 0 ? Stopwatch.GetTimestamp() : FreshSince;
        _output.Clear();
        Machine.Apply(Machine.Applied + 1, new Term(1), EntryKind.Commands, payload, _output);
        return _output;
    }

    /// <summary>Sets aside what is fresh; the merge is run by the caller, on another thread.</summary>
    public void BeginMerge()
    {
        Invariant.Require(!_isMerging);
        Machine.WriteCheckpoint();
        Store.BeginCheckpoint(Machine.Applied, Machine.PurgeFilter, Machine.LiveCount + Machine.FinishedCount);
        (_isMerging, FreshSince) = (true, 0);
    }

    /// <summary>The merge.</summary>
    public void RunMerge()
    {
        var watch = Stopwatch.StartNew();
        Store.RunCheckpoint();
        MergeTime += watch.Elapsed;
        Merges++;
        _isMerged = true;
    }

    /// <summary>Takes in a merge that ended.</summary>
    public void EndMerge()
    {
        if (_isMerged)
        {
            Store.EndCheckpoint();
            (_isMerged, _isMerging) = (false, false);
        }
    }

    public void Dispose() => Store.Dispose();
}
