using TimeMachine.Core.Jobs;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>One life of a replica over a disk: the real state machine, store and checkpoints.</summary>
internal sealed class ReplicaRun : IDisposable
{
    public const string Directory = "/data/store/1-7";

    /// <summary>Small parts and blocks, so that a few rows make several files.</summary>
    public static readonly JobStoreOptions SmallOptions = new() { PartRowsMin = 20, PartRowsMax = 40, SparseStep = 16 };

    private readonly ApplyOutput _output = new();
    private readonly GroupReplica _replica;

    public ReplicaRun(IFileSystem files, JobStoreOptions? options = null)
    {
        files.CreateDirectory("/data/store");
        Store = ReplicaStore.Open(files, Directory, options ?? SmallOptions);
        var point = AppliedPoint.TryRead(Store.Rows, out var stored)
            ? stored
            : new AppliedPoint(default, default, Configuration.Empty);
        Machine = JobStateMachine.Load(Store.Rows, new JobOptions());
        _replica = new GroupReplica(new GroupId(1), Store.Rows, Machine, point);
    }

    public ReplicaStore Store { get; }

    public JobStateMachine Machine { get; }

    public LogIndex Applied => _replica.Point.Index;

    public ApplyOutput Apply(ReadOnlyMemory<byte> payload)
    {
        _output.Clear();
        _replica.Apply(new Entry(Applied + 1, new Term(1), EntryKind.Commands, payload), _output);
        return _output;
    }

    public void BeginCheckpoint()
    {
        _replica.WriteCheckpoint();
        Store.BeginCheckpoint(Applied, Machine.PurgeFilter, Machine.LiveCount + Machine.FinishedCount);
    }

    public LogIndex Checkpoint()
    {
        BeginCheckpoint();
        Store.RunCheckpoint();
        return Store.EndCheckpoint();
    }

    public void Dispose() => Store.Dispose();
}
