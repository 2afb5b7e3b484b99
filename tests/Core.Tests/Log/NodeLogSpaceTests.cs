using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

public sealed class NodeLogSpaceTests
{
    private static readonly GroupId One = new(1);
    private static readonly GroupId Two = new(2);

    [Fact]
    public void A_log_full_of_unfinished_entries_says_so_and_goes_on_when_a_checkpoint_moves()
    {
        var world = new LogWorld();
        world.Start(One);
        Fill(world, One);

        Assert.True(world.Log.IsFull);
        Assert.True(world.Log.IsAtReserve);
        Assert.True(world.Disk.SlotCount <= world.Options.SlotsMax);
        world.Recover();
        world.Model.ShouldBe(world.Recovered, world.Model);

        world.Checkpoint(One, world.Model.Groups[One.Value].Last);
        for (var turn = 0; turn < 50; turn++)
        {
            world.Turn();
        }

        Assert.False(world.Log.IsFull);
        Assert.False(world.Log.IsAtReserve);
        Assert.Equal(LogAppendStatus.Appended, Grow(world, One));
    }

    [Fact]
    public void Ending_a_group_is_possible_in_a_full_log()
    {
        var world = new LogWorld();
        world.Start(Two);
        world.Start(One);
        Fill(world, One);

        Assert.True(world.End(One));
        for (var turn = 0; turn < 50; turn++)
        {
            world.Turn();
        }

        Assert.False(world.Log.IsFull);
        Assert.Equal(LogAppendStatus.Appended, Grow(world, Two));
    }

    [Fact]
    public void A_group_that_never_checkpoints_does_not_pin_the_others()
    {
        var world = new LogWorld();
        world.Start(One);
        world.Start(Two);
        for (var turn = 0; turn < 400; turn++)
        {
            if (turn % 40 == 0)
            {
                Grow(world, Two);
            }

            Assert.Equal(LogAppendStatus.Appended, Grow(world, One));
            world.Turn();
            world.Checkpoint(One, world.Model.Groups[One.Value].Last);
        }

        Assert.Equal(10 * (1_000 + LogFormat.RecordHeaderBytes), world.Log.LagBytes(Two));
        Assert.Equal(new LogIndex(1), world.Log.FirstKept(Two));
        Assert.True(world.Log.FirstKept(One) > new LogIndex(300));
        world.Recover();
        world.Model.ShouldBe(world.Recovered, world.Model);
    }

    [Fact]
    public void A_failed_allocation_leaves_the_prepared_slots_and_is_tried_again_later()
    {
        var world = new LogWorld();
        world.Start(One);
        world.Turn();
        var failed = 0;
        for (var turn = 0; turn < 30; turn++)
        {
            Grow(world, One);
            Keep(world);
            if (world.Log.TryTakePrepare(world.Now, out var prepare))
            {
                world.Log.OnPrepared(prepare.Slot, succeeded: false, world.Now);
                failed++;
            }
        }

        Assert.Equal(1, failed);
        Assert.True(world.Log.IsFull);
        world.Now += world.Options.PrepareRetryMs;
        world.PrepareAll();

        Assert.False(world.Log.IsFull);
        Assert.Equal(LogAppendStatus.Appended, Grow(world, One));
    }

    [Fact]
    public void What_is_kept_for_a_full_disk_is_allocated_before_the_disk_is_full()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { SlotsMax = 20, ReserveBytes = 48 * 1024 });
        world.Start(One);
        world.Turn();
        while (!world.Log.IsAtReserve)
        {
            Grow(world, One);
            Keep(world);
            FailPrepare(world);
        }

        Assert.True(world.Disk.SlotCount < world.Options.SlotsMax);
        var kept = 0;
        while (Grow(world, One) == LogAppendStatus.Appended)
        {
            Assert.True(world.Log.IsAtReserve);
            kept++;
            Keep(world);
        }

        // A segment of 8 KiB holds six such batches.
        Assert.InRange(kept, (48 / 8 * 6) - 6, 48 / 8 * 8);
    }

    [Fact]
    public void An_allocation_that_is_tried_again_is_no_room_yet()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { SlotsMax = 20, ReserveBytes = 32 * 1024 });
        world.Start(One);
        world.Turn();
        for (var turn = 0; turn < 200 && !world.Log.IsFull; turn++)
        {
            Grow(world, One);
            Keep(world);
            FailPrepare(world);
        }

        Assert.True(world.Log.IsAtReserve && world.Log.IsFull);
        world.Now += world.Options.PrepareRetryMs;
        Assert.True(world.Log.TryTakePrepare(world.Now, out var prepare));
        Assert.True(world.Log.IsAtReserve && world.Log.IsFull);

        world.Disk.Prepare(prepare.Slot);
        world.Log.OnPrepared(prepare.Slot, succeeded: true, world.Now);
        world.PrepareAll();
        Assert.False(world.Log.IsFull);
        Assert.False(world.Log.IsAtReserve);
    }

    [Fact]
    public void A_failed_allocation_is_tried_again_also_while_recycling_would_be_enough()
    {
        var world = new LogWorld();
        world.Start(One);
        world.Start(Two);
        Grow(world, Two);
        world.Turn();
        while (!world.Log.TryTakePrepare(world.Now, out var failed))
        {
            Grow(world, One);
            Keep(world);
            world.Checkpoint(One, world.Model.Groups[One.Value].Last);
        }

        world.Log.OnPrepared(world.Disk.SlotCount, succeeded: false, world.Now);
        world.Sync(world.Seal()!.Number);
        Assert.True(world.Log.RecyclingSlot >= 0);

        Assert.False(world.Log.TryTakePrepare(world.Now, out _));
        world.Now += world.Options.PrepareRetryMs;
        Assert.True(world.Log.TryTakePrepare(world.Now, out _));
    }

    [Fact]
    public void Free_bytes_fall_with_what_is_appended_and_rise_with_checkpoints()
    {
        var world = new LogWorld();
        world.Start(One);
        world.Turn();
        var before = world.Log.FreeBytes;
        for (var turn = 0; turn < 20; turn++)
        {
            Grow(world, One);
            world.Turn();
        }

        var filled = world.Log.FreeBytes;
        world.Checkpoint(One, world.Model.Groups[One.Value].Last);

        Assert.True(filled <= before - 20_000);
        Assert.True(world.Log.FreeBytes > filled);
    }

    [Fact]
    public void One_idle_marker_follows_an_idle_spell_and_none_follows_a_marker()
    {
        var world = new LogWorld();
        world.Start(One);
        Assert.Null(world.Marker());
        var batch = world.Seal()!;
        world.Now += 100;
        Assert.Null(world.Marker());
        world.Sync(batch.Number);

        Assert.Null(world.Marker());
        Assert.Equal(world.Now + world.Options.IdleMarkerMs, world.Log.NextDeadline);
        world.Now += world.Options.IdleMarkerMs;
        var marker = world.Marker()!;
        Assert.Equal(0, marker.RecordCount);
        world.Sync(marker.Number);
        world.Now += 1_000;

        Assert.Null(world.Marker());
        Assert.Equal(long.MaxValue, world.Log.NextDeadline.Value);
        Grow(world, One);
        world.Turn();
        Assert.Equal(world.Now + world.Options.IdleMarkerMs, world.Log.NextDeadline);
    }

    [Fact]
    public void A_recovered_tail_is_stated_synced_by_a_marker()
    {
        var world = new LogWorld();
        world.Start(One);
        world.HardState(One, 1, 1, 0);
        world.Turn();
        world.Recover();
        world.Now += 10;
        world.Sync(world.Marker()!.Number);

        world.Disk.Bytes(0)[LogFormat.BlockBytes + LogFormat.BatchHeaderBytes + 10] ^= 4;
        world.Recover();

        Assert.Equal(GroupStatus.Damaged, world.Recovered.Groups.Single().Status);
    }

    [Fact]
    public void A_deadline_that_is_due_can_be_met_also_when_no_room_is_left()
    {
        var world = new LogWorld();
        world.Start(One);
        world.Turn();
        for (var turn = 0; turn < 60; turn++)
        {
            Grow(world, One);
            Keep(world);
        }

        for (var term = 2; term < 300; term++)
        {
            world.HardState(One, term, 1, 0);
            Keep(world);
            world.Now += world.Options.IdleMarkerMs;
            var isDue = world.Log.NextDeadline <= world.Now;
            var marker = world.Marker();

            Assert.Equal(isDue, marker is not null);
            world.Sync(marker?.Number ?? world.Log.SealedBatch);
        }

        Assert.Equal(long.MaxValue, world.Log.NextDeadline.Value);
        world.Checkpoint(One, world.Model.Groups[One.Value].Last);
        for (var turn = 0; turn < 50; turn++)
        {
            world.Now += 100;
            world.Turn();
        }

        world.Now += world.Options.IdleMarkerMs;
        Assert.True(world.Log.NextDeadline <= world.Now);
        Assert.NotNull(world.Marker());
    }

    private static void Fill(LogWorld world, GroupId group)
    {
        for (var turn = 0; turn < 200 && !(world.Log.IsFull && Grow(world, group) == LogAppendStatus.NoSpace); turn++)
        {
            Grow(world, group);
            world.Turn();
        }
    }

    private static void FailPrepare(LogWorld world)
    {
        if (world.Log.TryTakePrepare(world.Now, out var prepare))
        {
            world.Log.OnPrepared(prepare.Slot, succeeded: false, world.Now);
        }
    }

    private static void Keep(LogWorld world)
    {
        world.AnswerReads(16);
        if (world.Seal() is { } batch)
        {
            world.Sync(batch.Number);
        }
    }

    private static LogAppendStatus Grow(LogWorld world, GroupId group) =>
        world.Append(group, world.Model.Groups[group.Value].Last.Value + 1, 1, 2, new byte[1_000]);
}
