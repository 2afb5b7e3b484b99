using System.Collections.Concurrent;
using TimeMachine.Simulation.Files;
using TimeMachine.Storage.JobStore;
using TimeMachine.StorageFaults.Files;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>Every end of a checkpoint is told as what it is.</summary>
public sealed class CheckpointRunnerTests : ICheckpointObserver, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FaultyFileSystem _disk = new(new SimFileSystem());
    private readonly BlockingCollection<string> _told = [];
    private readonly CheckpointRunner _runner;
    private readonly ReplicaRun _run;

    public CheckpointRunnerTests()
    {
        _run = new ReplicaRun(_disk);
        _runner = new CheckpointRunner(this, threads: 2);
        foreach (var entry in JobScript.Draw(seed: 7, entries: 20, ids: 30))
        {
            _run.Apply(entry);
        }

        _run.BeginCheckpoint();
    }

    [Fact]
    public void A_checkpoint_that_ends_is_durable()
    {
        _runner.Run(new GroupId(1), _run.Store);

        Assert.Equal("durable 1", Next());
        Assert.Equal(_run.Applied, _run.Store.EndCheckpoint());
    }

    [Fact]
    public void One_without_room_is_run_again_and_ends()
    {
        _disk.IsFull = true;
        _runner.Run(new GroupId(1), _run.Store);
        Assert.Equal("no room 1", Next());

        _disk.IsFull = false;
        _runner.Run(new GroupId(1), _run.Store);
        Assert.Equal("durable 1", Next());
    }

    [Fact]
    public void A_failed_sync_is_a_failure()
    {
        _disk.FailAt(DiskOperation.Sync, nth: 1);
        _runner.Run(new GroupId(1), _run.Store);

        Assert.Equal("failed: SyncFailedException", Next());
    }

    void ICheckpointObserver.OnDurable(GroupId group, ReplicaStore store)
    {
        Assert.Same(_run.Store, store);
        _told.Add($"durable {group}");
    }

    void ICheckpointObserver.OnWithoutRoom(GroupId group, ReplicaStore store) => _told.Add($"no room {group}");

    void ICheckpointObserver.OnDamaged(GroupId group, ReplicaStore store, StoreDamagedException error) =>
        _told.Add($"damaged {group}");

    void ICheckpointObserver.OnFailed(Exception error) => _told.Add($"failed: {error.GetType().Name}");

    public void Dispose()
    {
        _runner.Dispose();
        _run.Dispose();
        _told.Dispose();
    }

    private string Next()
    {
        Assert.True(_told.TryTake(out var told, Patience), "nothing is told");
        return told;
    }
}
