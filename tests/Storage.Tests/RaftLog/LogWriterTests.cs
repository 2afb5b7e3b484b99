using TimeMachine.StorageFaults.Files;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>The writer acknowledges what is durable, in the order of the log, and nothing once the disk failed.
/// </summary>
public sealed class LogWriterTests
{
    [Fact]
    public void Batches_handed_in_during_a_sync_share_the_next_one()
    {
        using var world = new WriterWorld();
        using var gate = world.Disk.HoldAt(DiskOperation.Sync);
        var journal = world.Disk.Journal.Count;

        var first = world.Write();
        gate.WaitUntilReached();
        world.Write();
        world.Write();
        var last = world.Write();
        Assert.Empty(world.Events.Left);
        gate.Open();

        Assert.Equal($"synced {first.Number}", world.Events.Next());
        Assert.Equal($"synced {last.Number}", world.Events.Next());
        world.Writer.Dispose();
        Assert.Empty(world.Events.Left);
        Assert.Equal(2, world.SyncedSince(journal).Count());
    }

    [Fact]
    public void A_batch_is_acknowledged_only_after_the_sync_of_all_slots_before_it()
    {
        using var world = new WriterWorld();
        using var first = world.Disk.HoldAt(DiskOperation.Sync);
        using var fourth = world.Disk.HoldAt(DiskOperation.Sync, nth: 4);
        var journal = world.Disk.Journal.Count;

        var begun = world.Write();
        first.WaitUntilReached();
        var batches = Enumerable.Range(0, 6).Select(_ => world.Write(3_000)).ToList();
        first.Open();

        Assert.Equal($"synced {begun.Number}", world.Events.Next());
        fourth.WaitUntilReached();
        Assert.Empty(world.Events.Left);
        fourth.Open();
        Assert.Equal($"synced {batches[^1].Number}", world.Events.Next());
        Assert.Equal(["00000.log", "00000.log", "00001.log", "00002.log"], world.SyncedSince(journal));
    }

    [Fact]
    public void Slots_are_synced_in_the_order_of_the_log_not_of_their_numbers()
    {
        using var world = new WriterWorld();
        var slots = new List<int>();
        while (slots.Count < 2 || slots[^1] >= slots[^2])
        {
            Assert.True(slots.Count < 100, "no slot is used again");
            slots.Add(world.WriteAndSync(3_000).Slot);
        }

        using var gate = world.Disk.HoldAt(DiskOperation.Sync);
        world.Write();
        gate.WaitUntilReached();
        var journal = world.Disk.Journal.Count;
        var handedIn = Enumerable.Range(0, 4).Select(_ => world.Write(3_000).Slot).ToList();
        gate.Open();
        world.Writer.Dispose();

        var expected = handedIn.Distinct().Select(WriterWorld.NameOf);
        Assert.Equal(expected, world.SyncedSince(journal).Skip(1));
    }

    [Theory]
    [InlineData(DiskOperation.Write, "IOException")]
    [InlineData(DiskOperation.Sync, "SyncFailedException")]
    public void After_an_error_nothing_is_acknowledged_and_nothing_written(DiskOperation operation, string failure)
    {
        using var world = new WriterWorld();
        var good = world.Write();
        Assert.Equal($"synced {good.Number}", world.Events.Next());
        world.Disk.FailAt(operation, nth: 2);
        using var gate = world.Disk.HoldAt(DiskOperation.Sync);

        var held = world.Write();
        gate.WaitUntilReached();
        for (var batch = 0; batch < 6; batch++)
        {
            world.Write(3_000);
        }

        gate.Open();
        Assert.Equal($"synced {held.Number}", world.Events.Next());
        Assert.Equal($"failed: {failure}", world.Events.Next());
        var journal = world.Disk.Journal.Count;
        world.Write();
        world.Writer.Prepare(9);
        world.Writer.Dispose();

        Assert.Empty(world.Events.Left);
        Assert.Equal(journal, world.Disk.Journal.Count);
    }

    [Fact]
    public void A_slot_behind_a_failed_sync_is_not_synced()
    {
        using var world = new WriterWorld();
        world.Disk.FailAt(DiskOperation.Sync, nth: 2);
        using var gate = world.Disk.HoldAt(DiskOperation.Sync);
        world.Write();
        gate.WaitUntilReached();
        var journal = world.Disk.Journal.Count;
        for (var batch = 0; batch < 6; batch++)
        {
            world.Write(3_000);
        }

        gate.Open();
        world.Writer.Dispose();

        Assert.Equal(["synced 1", "failed: SyncFailedException"], world.Events.Left);
        Assert.Equal(["00000.log"], world.SyncedSince(journal));
    }

    [Fact]
    public void A_full_disk_under_a_prepared_slot_is_an_error_like_any_other()
    {
        using var world = new WriterWorld();
        world.Disk.IsFull = world.Disk.IsThin = true;

        world.Write();

        Assert.Equal("failed: StorageFullException", world.Events.Next());
    }

    [Fact]
    public void A_slot_that_finds_no_room_is_prepared_once_there_is_some()
    {
        using var world = new WriterWorld();
        var before = world.Inner.Files(WriterWorld.Path);

        world.Disk.IsFull = true;
        world.Writer.Prepare(7);
        Assert.Equal("no room for 7", world.Events.Next());
        Assert.Equal(before, world.Inner.Files(WriterWorld.Path));
        world.Disk.IsFull = false;
        world.Writer.Prepare(7);

        Assert.Equal("prepared 7", world.Events.Next());
        Assert.Equal(WriterWorld.Options.SegmentBytes, world.Inner.Content(WriterWorld.Path + "/00007.log").Length);
    }

    [Fact]
    public void Batches_go_on_while_a_slot_is_prepared()
    {
        using var world = new WriterWorld();
        using var gate = world.Disk.HoldAt(DiskOperation.Rename);
        world.Writer.Prepare(7);
        gate.WaitUntilReached();

        world.Write();

        Assert.Equal("synced 1", world.Events.Next());
        gate.Open();
        Assert.Equal("prepared 7", world.Events.Next());
    }

    [Theory]
    [InlineData(DiskOperation.Open, "IOException")]
    [InlineData(DiskOperation.Write, "IOException")]
    [InlineData(DiskOperation.Sync, "SyncFailedException")]
    [InlineData(DiskOperation.Rename, "IOException")]
    [InlineData(DiskOperation.SyncDirectory, "SyncFailedException")]
    public void After_an_error_in_preparing_nothing_is_acknowledged_either(DiskOperation operation, string failure)
    {
        using var world = new WriterWorld();
        world.Disk.FailAt(operation, nth: 1);
        world.Writer.Prepare(7);
        Assert.Equal($"failed: {failure}", world.Events.Next());
        var journal = world.Disk.Journal.Count;

        world.Write();
        world.Writer.Dispose();

        Assert.Empty(world.Events.Left);
        Assert.Equal(journal, world.Disk.Journal.Count);
    }

    [Fact]
    public void What_was_handed_in_is_durable_when_the_writer_ends()
    {
        using var world = new WriterWorld();
        var last = Enumerable.Range(0, 20).Select(_ => world.Write()).Last();

        world.Writer.Dispose();

        Assert.Equal($"synced {last.Number}", world.Events.Left[^1]);
    }
}
