using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

/// <summary>A log on a disk without room: new work is refused first, then the rest, and a checkpoint ends it.</summary>
public sealed class NodeLogFullTests
{
    private const int Small = 10;
    private const int SmallCount = 4;
    private static readonly GroupId One = new(1);
    private static readonly GroupId Two = new(2);

    [Fact]
    public void A_disk_that_fills_up_while_segments_are_recycled_leaves_the_reserve()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { SlotsMax = 60, ReserveBytes = 64 * 1024 });
        world.Start(One);
        world.Turn();

        var kept = KeptAfterRefusal(world, growths: 1, reads: 16, slotsOfDisk: 24);

        // Eight segments of five such batches; the last is for recycling alone, and what it moves wastes some.
        Assert.InRange(kept, 20, 40);
    }

    [Fact]
    public void New_work_is_refused_before_what_lives_leaves_nothing_to_recycle()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { SlotsMax = 12, ReserveBytes = 16 * 1024 });
        world.Start(One);
        world.Turn();

        var kept = KeptAfterRefusal(world, growths: 3, reads: 2, slotsOfDisk: 12);

        Assert.InRange(kept, 8, 20);
    }

    [Fact]
    public void The_last_slot_takes_what_lives_in_the_oldest_segment_whatever_else_comes()
    {
        var world = ALogWithLivingSegments(segments: 5, entries: 4);
        var appended = 0;
        for (var turn = 0; turn < 400; turn++)
        {
            world.AnswerReads(1);
            for (var growth = 0; growth < 3 && Grow(world, One) == LogAppendStatus.Appended; growth++)
            {
                appended++;
            }

            SealAndSync(world);
            world.Checkpoint(One, world.Model.Groups[One.Value].Last);
            FailPrepare(world);
        }

        Assert.True(appended > 100, $"{appended} entries");
        world.Recover();
        world.Model.ShouldBe(world.Recovered, world.Model);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20)]
    public void A_checkpoint_ends_a_full_log_also_in_the_midst_of_recycling(int turns)
    {
        var world = ALogFullInTheMidstOfRecycling();
        TryOtherRecords(world, turns);

        world.Checkpoint(Two, world.Model.Groups[Two.Value].Last);

        ShouldGoOn(world, Two);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20)]
    public void The_end_of_what_lives_ends_a_full_log_also_in_the_midst_of_recycling(int turns)
    {
        var world = ALogFullInTheMidstOfRecycling();
        TryOtherRecords(world, turns);

        Assert.True(world.End(Two));
        SealAndSync(world);

        ShouldGoOn(world, One);
    }

    /// <summary>Groups end, of which nothing lives, and markers follow as long as they find room.</summary>
    private static void TryOtherRecords(LogWorld world, int turns)
    {
        var group = Small;
        for (var turn = 0; turn < turns; turn++)
        {
            group += group < Small + SmallCount && world.End(new GroupId(group)) ? 1 : 0;
            SealAndSync(world);
            world.Now += world.Options.IdleMarkerMs;
            if (world.Marker() is { } marker)
            {
                world.Sync(marker.Number);
            }
        }
    }

    private static void ShouldGoOn(LogWorld world, GroupId group)
    {
        for (var turn = 0; turn < 50; turn++)
        {
            world.AnswerReads(16);
            SealAndSync(world);
            FailPrepare(world);
        }

        Assert.False(world.Log.IsFull);
        Assert.Equal(LogAppendStatus.Appended, Grow(world, group));
        SealAndSync(world);
        world.Recover();
        world.Model.ShouldBe(world.Recovered, world.Model);
    }

    /// <summary>What lives in the oldest segment does not fit in the last slot, and nothing happens any more.</summary>
    private static LogWorld ALogFullInTheMidstOfRecycling()
    {
        // Written again one by one, seven entries need more than a segment.
        var world = ALogWithLivingSegments(segments: 3, entries: 7);
        var quietTurns = 0;
        for (var turn = 0; turn < 400 && quietTurns < 10; turn++)
        {
            var before = world.Log.SealedBatch;
            for (var status = LogAppendStatus.Appended; status == LogAppendStatus.Appended;)
            {
                status = Grow(world, One);
            }

            SealAndSync(world);
            world.Checkpoint(One, world.Model.Groups[One.Value].Last);
            FailPrepare(world);
            world.AnswerReads(1);
            quietTurns = world.Log.SealedBatch == before ? quietTurns + 1 : 0;
        }

        Assert.True(quietTurns == 10 && world.Log.IsFull && world.Log.RecyclingSlot >= 0);
        return world;
    }

    /// <summary>Lets a group grow without a checkpoint on a disk with room for so many slots, until the log is full.
    /// </summary>
    /// <returns>How many entries found room after new work was to be refused.</returns>
    private static int KeptAfterRefusal(LogWorld world, int growths, int reads, int slotsOfDisk)
    {
        var kept = 0;
        for (var turn = 0; turn < 2_000 && !world.Log.IsFull; turn++)
        {
            world.AnswerReads(reads);
            for (var growth = 0; growth < growths; growth++)
            {
                var isRefused = world.Log.IsAtReserve;
                kept += Grow(world, One) == LogAppendStatus.Appended && isRefused ? 1 : 0;
            }

            SealAndSync(world);
            if (world.Disk.SlotCount < slotsOfDisk)
            {
                world.PrepareOne();
            }
            else
            {
                FailPrepare(world);
            }
        }

        Assert.True(world.Log.IsFull);
        return kept;
    }

    /// <summary>Full segments; so many of the seven entries in each are of a group without a checkpoint.</summary>
    private static LogWorld ALogWithLivingSegments(int segments, int entries)
    {
        var world = new LogWorld();
        world.Start(Two);
        world.Start(One);
        for (var group = Small; group < Small + SmallCount; group++)
        {
            world.Start(new GroupId(group));
        }

        world.Turn();
        for (var segment = 0; segment < segments; segment++)
        {
            for (var entry = 0; entry < 7; entry++)
            {
                Grow(world, entry < entries ? Two : One);
            }

            SealAndSync(world);
            world.PrepareOne();
        }

        world.Checkpoint(One, world.Model.Groups[One.Value].Last);
        return world;
    }

    private static void SealAndSync(LogWorld world)
    {
        if (world.Seal() is { } batch)
        {
            world.Sync(batch.Number);
        }
    }

    private static void FailPrepare(LogWorld world)
    {
        if (world.Log.TryTakePrepare(world.Now, out var prepare))
        {
            world.Log.OnPrepared(prepare.Slot, succeeded: false, world.Now);
        }
    }

    private static LogAppendStatus Grow(LogWorld world, GroupId group) =>
        world.Append(group, world.Model.Groups[group.Value].Last.Value + 1, 1, 2, new byte[1_000]);
}
