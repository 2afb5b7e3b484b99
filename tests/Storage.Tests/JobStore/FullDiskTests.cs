using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.Files;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>A full disk is a state of a store: a checkpoint waits, nothing is lost, and it goes on without a restart.
/// </summary>
public sealed class FullDiskTests
{
    private const int Entries = 40;
    private static readonly List<ReadOnlyMemory<byte>> Script = JobScript.Draw(seed: 6, Entries, ids: 50);

    [Fact]
    public void A_checkpoint_that_finds_no_room_at_any_operation_leaves_nothing_and_succeeds_later()
    {
        var refusals = 0;
        for (var nth = 1; nth <= OperationsOfACheckpoint(); nth++)
        {
            var disk = new SimFileSystem();
            using var run = ApplyHalf(disk);
            var before = Names(disk);
            run.BeginCheckpoint();
            RefuseRoom(disk, nth);
            if (TryCheckpoint(run))
            {
                continue;
            }

            refusals++;
            GiveRoom(disk);
            Assert.Equal(before, Names(disk));
            ShouldGoOn(disk, run, $"operation {nth}");
        }

        Assert.True(refusals > 20, $"{refusals} refusals");
    }

    [Fact]
    public void A_checkpoint_on_a_disk_of_any_size_leaves_nothing_and_succeeds_once_there_is_room()
    {
        var refusals = 0;
        for (var moreBytes = 0; ; moreBytes += 97)
        {
            var disk = new SimFileSystem();
            using var run = ApplyHalf(disk);
            var before = Names(disk);
            run.BeginCheckpoint();
            disk.CapacityBytes = disk.UsedBytes + moreBytes;
            if (TryCheckpoint(run))
            {
                break;
            }

            refusals++;
            Assert.Equal(before, Names(disk));
            disk.CapacityBytes = long.MaxValue;
            ShouldGoOn(disk, run, $"{moreBytes} bytes more");
        }

        Assert.True(refusals > 50, $"{refusals} refusals");
    }

    [Fact]
    public void A_checkpoint_that_finds_no_room_to_begin_is_not_under_way()
    {
        var disk = new SimFileSystem();
        using (var run = new ReplicaRun(disk))
        {
            run.Apply(Script[0]);
            disk.CapacityBytes = disk.UsedBytes;

            Assert.Throws<StorageFullException>(run.BeginCheckpoint);
            Assert.Null(run.Store.CheckpointIndex);
            GiveRoom(disk);
            run.Apply(Script[1]);
            Assert.Equal(2, run.Checkpoint().Value);
        }

        using var again = new ReplicaRun(disk);
        Assert.Equal(2, again.Applied.Value);
        Assert.Equal(again.Machine.ContentHash, again.Machine.RecomputeContentHash());
    }

    [Fact]
    public void A_checkpoint_that_finds_no_room_again_and_again_takes_no_more_of_it()
    {
        var disk = new SimFileSystem();
        using var run = ApplyHalf(disk);
        run.BeginCheckpoint();
        disk.CapacityBytes = disk.UsedBytes + 3_000;
        var used = disk.UsedBytes;

        for (var again = 0; again < 40; again++)
        {
            Assert.False(TryCheckpoint(run));
            Assert.Equal(used, disk.UsedBytes);
        }
    }

    [Theory]
    [InlineData(CrashKind.ProcessKill)]
    [InlineData(CrashKind.DropAll)]
    [InlineData(CrashKind.OutOfOrder)]
    public void A_crash_on_a_full_disk_leaves_the_last_finished_checkpoint(CrashKind kind)
    {
        for (var moreBytes = 0; moreBytes < 12_000; moreBytes += 611)
        {
            var draw = new SplitMix64((ulong)moreBytes + 3);
            var disk = new SimFileSystem();
            var half = ApplyHalf(disk);
            half.BeginCheckpoint();
            disk.CapacityBytes = disk.UsedBytes + moreBytes;
            var isDone = TryCheckpoint(half);
            disk.Kill();
            disk.Restart(kind, ref draw);
            disk.CapacityBytes = long.MaxValue;

            using var run = new ReplicaRun(disk);

            Assert.Equal(isDone ? Entries / 2 : Entries / 4, run.Applied.Value);
            Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
        }
    }

    [Fact]
    public void A_store_that_finds_no_room_while_it_opens_is_not_harmed()
    {
        var refusals = 0;
        for (var nth = 1; nth < 40; nth++)
        {
            var disk = new SimFileSystem();
            ApplyHalf(disk).Dispose();
            RefuseRoom(disk, nth);
            try
            {
                new ReplicaRun(disk).Dispose();
            }
            catch (StorageFullException)
            {
                refusals++;
            }

            GiveRoom(disk);
            using var run = new ReplicaRun(disk);
            Assert.Equal(Entries / 4, run.Applied.Value);
            Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
        }

        Assert.True(refusals > 0, "opening needs no room");
    }

    /// <summary>Applies half of the script, the first half of that in a checkpoint.</summary>
    private static ReplicaRun ApplyHalf(SimFileSystem disk)
    {
        var run = new ReplicaRun(disk);
        while (run.Applied.Value < Entries / 2)
        {
            run.Apply(Script[(int)run.Applied.Value]);
            if (run.Applied.Value == Entries / 4)
            {
                run.Checkpoint();
            }
        }

        return run;
    }

    private static long OperationsOfACheckpoint()
    {
        var disk = new SimFileSystem();
        using var run = ApplyHalf(disk);
        run.BeginCheckpoint();
        var before = disk.OperationCount;
        run.Store.RunCheckpoint();
        return disk.OperationCount - before;
    }

    private static void GiveRoom(SimFileSystem disk)
    {
        disk.Before = null;
        disk.CapacityBytes = long.MaxValue;
    }

    /// <summary>Lets the n-th operation meet a full disk: files may not grow, and get no names.</summary>
    private static void RefuseRoom(SimFileSystem disk, int nth) => disk.Before = (operation, path) =>
    {
        if (operation == SimFileOperation.Read)
        {
            return;
        }

        disk.CapacityBytes = --nth == 0 ? disk.UsedBytes : long.MaxValue;
        if (nth == 0 && operation is (SimFileOperation.Create or SimFileOperation.Rename))
        {
            throw new StorageFullException($"no room for {operation} of {path}");
        }
    };

    private static bool TryCheckpoint(ReplicaRun run)
    {
        try
        {
            run.Store.RunCheckpoint();
            return true;
        }
        catch (StorageFullException)
        {
            return false;
        }
    }

    /// <summary>Applies the rest while the checkpoint waits, ends it, and opens what it left.</summary>
    private static void ShouldGoOn(SimFileSystem disk, ReplicaRun run, string where)
    {
        while (run.Applied.Value < Entries)
        {
            run.Apply(Script[(int)run.Applied.Value]);
        }

        run.BeginCheckpoint();
        Assert.True(TryCheckpoint(run), where);
        Assert.Equal(Entries / 2, run.Store.EndCheckpoint().Value);
        Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
        var hash = run.Machine.ContentHash;
        run.Store.Dispose();

        using var again = new ReplicaRun(disk);
        Assert.Equal(Entries / 2, again.Applied.Value);
        Assert.Equal(again.Machine.ContentHash, again.Machine.RecomputeContentHash());
        while (again.Applied.Value < Entries)
        {
            again.Apply(Script[(int)again.Applied.Value]);
        }

        Assert.Equal(hash, again.Machine.ContentHash);
    }

    private static List<string> Names(SimFileSystem disk) =>
        [.. disk.Files(ReplicaRun.Directory), .. disk.Files(ReplicaRun.Directory + "/rows")];
}
