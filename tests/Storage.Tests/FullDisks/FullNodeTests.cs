using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.Files;
using TimeMachine.StorageFaults;
using TimeMachine.StorageFaults.Files;

namespace TimeMachine.Storage.Tests.FullDisks;

/// <summary>
/// A whole node under load on a disk that fills up: new work is refused, the rest goes on, nothing acknowledged is
/// lost, and when there is room again it serves as before, without a restart.
/// </summary>
public sealed class FullNodeTests : IDisposable
{
    private const long SmallDisk = 12L << 20;

    /// <summary>A tree writes its catalogue anew when it opens: two KiB a replica.</summary>
    private const long SpareToStart = 16 * 1024;
    private const int SlotBytes = 1 << 20;
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-full-").FullName;
    private readonly SimFileSystem _disk = new();
    private readonly WrittenJobs _written = new();

    [Fact]
    public void A_node_whose_disk_fills_up_refuses_new_work_and_goes_on_when_there_is_room()
    {
        _disk.CapacityBytes = SmallDisk;
        using (var node = new DiskNode(_directory, life: 1, _disk))
        {
            node.RunUntil(node.IsReady);
            var client = new JobClient(node, life: 1, acknowledged => _written.Take(acknowledged));
            client.Begin();

            Run(node, client, () => node.CheckpointsWithoutRoom > 5 && client.RefusedFull > 300);
            Assert.True(_disk.UsedBytes > SmallDisk - (2L << 20), $"{_disk.UsedBytes} bytes are used");
            Assert.DoesNotContain(AllFiles(), static file => file.EndsWith(".new", StringComparison.Ordinal));
            var cancelled = client.Cancelled;
            Run(node, client, () => client.Cancelled > cancelled + 100 || node.Core.Engine.Log.IsFull);

            _disk.CapacityBytes = long.MaxValue;
            var created = client.Created;
            Run(node, client, () => client.Created > created + 2_000);
            Assert.Null(WrittenJobs.LookAtHashes(node));
        }

        ShouldBeThereAfterALossOfPower(long.MaxValue / 2);
    }

    [Fact]
    public void A_node_that_loses_power_while_its_disk_is_full_loses_nothing_acknowledged()
    {
        _disk.CapacityBytes = SmallDisk;
        var node = new DiskNode(_directory, life: 1, _disk);
        node.RunUntil(node.IsReady);
        var client = new JobClient(node, life: 1, acknowledged => _written.Take(acknowledged));
        client.Begin();
        Run(node, client, () => node.CheckpointsWithoutRoom > 5 && client.RefusedFull > 300);
        node.Dispose();

        ShouldBeThereAfterALossOfPower(SpareToStart);
    }

    [Fact]
    public void Rows_that_a_full_disk_does_not_take_refuse_new_work_before_they_fill_the_memory()
    {
        const long Budget = 1L << 20;
        var disk = new FaultyFileSystem(_disk);
        using var node = new DiskNode(_directory, life: 1, disk, new DiskNodeOptions { FreshBytesMax = Budget });
        node.RunUntil(node.IsReady);
        var client = new JobClient(node, life: 1, acknowledged => _written.Take(acknowledged));
        client.Begin();

        disk.FullDirectory = Path.Combine(_directory, "store");
        Run(node, client, () => client.RefusedFull > 300);
        Assert.False(node.Core.Engine.Log.IsAtReserve);
        Assert.InRange(FreshBytes(node), Budget / 2, 3 * Budget);
        var cancelled = client.Cancelled;
        Run(node, client, () => client.Cancelled > cancelled + 100);

        disk.FullDirectory = null;
        var created = client.Created;
        Run(node, client, () => client.Created > created + 2_000);
        Assert.Null(WrittenJobs.LookAtHashes(node));
    }

    [Fact]
    public void A_start_without_room_names_the_file_and_one_with_little_room_finds_everything()
    {
        WriteAndStop();
        var refusals = 0;
        for (var freeBytes = 0L; ; freeBytes += SpareToStart / 16)
        {
            _disk.CapacityBytes = _disk.UsedBytes + freeBytes;
            try
            {
                using var node = new DiskNode(_directory, life: 2, _disk);
                node.RunUntil(node.IsReady);
                ShouldHaveAll(node);
                break;
            }
            catch (StorageFullException full)
            {
                Assert.StartsWith("no room for ", full.Message, StringComparison.Ordinal);
                refusals++;
            }
        }

        Assert.InRange(refusals, 1, 16);
    }

    [Fact]
    public void A_start_gives_its_rows_the_room_that_the_log_would_take_as_well()
    {
        WriteAndStop();
        _disk.CapacityBytes = _disk.UsedBytes + (3 * SlotBytes) + (SpareToStart / 16);

        using var node = new DiskNode(
            _directory, life: 2, _disk, new DiskNodeOptions { LogReserveBytes = 12 * SlotBytes });
        node.RunUntil(node.IsReady);

        Assert.True(node.Core.Engine.Log.IsAtReserve);
        ShouldHaveAll(node);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Leaves a disk whose trees write their catalogues anew when they open, and nothing that a start removes.
    /// </summary>
    private void WriteAndStop()
    {
        using var node = new DiskNode(_directory, life: 1, _disk);
        node.RunUntil(node.IsReady);
        var client = new JobClient(node, life: 1, acknowledged => _written.Take(acknowledged));
        client.Begin();
        Run(node, client, () => client.Created > 1_500
            && node.Core.Replicas.All(replica => node.CheckpointOf(replica.Group) > default(LogIndex)));
    }

    private static void Run(DiskNode node, JobClient client, Func<bool> isOver) => node.RunUntil(() =>
    {
        while (client.OpenCount < 64)
        {
            client.Ask();
        }

        return isOver();
    });

    private static long FreshBytes(DiskNode node) =>
        node.Core.Replicas.Sum(replica => replica.Store.FreshBytes);

    private void ShouldBeThereAfterALossOfPower(long freeBytes)
    {
        var draw = new SplitMix64(1);
        _disk.Kill();
        _disk.Restart(CrashKind.DropAll, ref draw);
        _disk.CapacityBytes = _disk.UsedBytes + freeBytes;
        using var node = new DiskNode(_directory, life: 2, _disk);
        node.RunUntil(node.IsReady);
        ShouldHaveAll(node);
    }

    private void ShouldHaveAll(DiskNode node)
    {
        Assert.True(_written.Count > 1_000, $"{_written.Count} jobs");
        for (var job = 0; job < _written.Count; job++)
        {
            Assert.Null(_written.Look(node, _written[job]));
        }

        Assert.Null(WrittenJobs.LookAtHashes(node));
    }

    private IEnumerable<string> AllFiles() =>
        _disk.Directories(Path.Combine(_directory, "store")).Append(Path.Combine(_directory, "raft"))
            .SelectMany(_disk.Files);
}
