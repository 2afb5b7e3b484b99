using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

public sealed class NodeLogRecyclingTests
{
    private static readonly GroupId Quiet = new(1);
    private static readonly GroupId Busy = new(2);
    private static readonly GroupId Ended = new(3);

    [Fact]
    public void Recycling_keeps_the_only_vote_the_only_configuration_and_the_dead_ids()
    {
        var world = AWorldWithAQuietGroup();

        Flood(world, turns: 200, checkpoint: true);
        world.Recover();

        Assert.True(world.Rolls > 3 * world.Disk.SlotCount);
        world.Model.ShouldBe(world.Recovered, world.Model);
        var quiet = world.Recovered.Groups.Single(group => group.Group == Quiet);
        Assert.Equal((new Term(7), new ReplicaId(42)), (quiet.Term, quiet.Vote));
        Assert.Equal("only configuration", System.Text.Encoding.UTF8.GetString(quiet.BaseConfiguration.Span));
        Assert.Equal([(Ended, new ReplicaId(2))], world.Recovered.DeadReplicas);
    }

    [Fact]
    public void A_configuration_entry_that_is_let_go_becomes_the_base_configuration()
    {
        var world = AWorldWithAQuietGroup();
        world.Append(Quiet, 1, 7, LogFormat.ConfigurationEntryKind, LogWorld.Bytes("changed"));
        world.Append(Quiet, 2, 8, 2, LogWorld.Bytes("after"));
        world.Turn();
        world.Checkpoint(Quiet, new LogIndex(2));

        Flood(world, turns: 100, checkpoint: true);
        world.Recover();

        var quiet = world.Recovered.Groups.Single(group => group.Group == Quiet);
        Assert.Equal("changed", System.Text.Encoding.UTF8.GetString(quiet.BaseConfiguration.Span));
        Assert.Equal((new LogIndex(2), new Term(8)), (quiet.BaseIndex, quiet.BaseTerm));
        Assert.Empty(quiet.Entries);
    }

    [Fact]
    public void Entries_behind_the_checkpoint_are_never_let_go()
    {
        var world = AWorldWithAQuietGroup();
        for (var index = 1; index <= 9; index++)
        {
            world.Append(Quiet, index, 7, 2, LogWorld.Bytes($"entry {index}"));
        }

        world.Turn();
        world.Checkpoint(Quiet, new LogIndex(4));
        Flood(world, turns: 200, checkpoint: true);

        Assert.Equal(new LogIndex(5), world.Log.FirstKept(Quiet));
        Assert.True(world.Log.TryLocate(Quiet, new LogIndex(5), out var location));
        var bytes = world.Disk.Read(location.Slot, location.Offset, location.Length);
        Assert.True(LogRecordReader.TryRead(bytes, location, out var entry));
        Assert.Equal("entry 5", System.Text.Encoding.UTF8.GetString(entry.Payload.Span));
        world.Recover();
        world.Model.ShouldBe(world.Recovered, world.Model);
    }

    [Fact]
    public void A_slot_is_not_used_again_before_the_rewrite_of_its_facts_is_synced()
    {
        var world = AWorldWithAQuietGroup();
        Flood(world, turns: 11, checkpoint: true);

        // Nothing is synced any more: whatever is sealed now must leave the vote's segment alone.
        for (var turn = 0; turn < 40; turn++)
        {
            world.AnswerReads(16);
            Grow(world);
            world.Seal();
            world.PrepareAll();
        }

        var random = new SplitMix64(3);
        for (var crash = 0; crash < 20; crash++)
        {
            world.CrashAndRecover(ref random);
            Assert.Equal(new ReplicaId(42), world.Recovered.Groups.Single(group => group.Group == Quiet).Vote);
        }
    }

    [Fact]
    public void A_segment_that_is_not_wholly_synced_is_not_recycled()
    {
        var world = AWorldWithAQuietGroup();

        for (var turn = 0; turn < 60; turn++)
        {
            world.AnswerReads(16);
            Grow(world);
            var bytes = world.Seal()?.Operations[^1].Bytes ?? default;
            world.PrepareAll();
            Assert.True(!BatchHeader.TryRead(bytes.Span, out var header) || header.OldestEpoch <= header.Synced.Epoch);
        }

        Assert.True(world.Log.SegmentCount > 3);
    }

    [Fact]
    public void The_bytes_of_a_recycled_slot_are_never_served()
    {
        var world = AWorldWithAQuietGroup();
        Grow(world);
        world.Turn();
        Assert.True(world.Log.TryLocate(Busy, new LogIndex(1), out var location));

        Flood(world, turns: 200, checkpoint: true);

        Assert.False(world.Log.TryLocate(Busy, new LogIndex(1), out _));
        var bytes = world.Disk.Read(location.Slot, location.Offset, location.Length);
        Assert.False(LogRecordReader.TryRead(bytes, location, out _));
        Assert.False(LogRecordReader.TryRead(bytes.AsMemory(0, 10), location, out _));
    }

    [Fact]
    public void A_rewrite_that_reads_bad_bytes_damages_its_group_only()
    {
        var world = AWorldWithAQuietGroup();
        world.Append(Quiet, 1, 7, 2, LogWorld.Bytes("rotten"));
        world.Turn();
        var reads = new List<LogLocation>();
        while (world.Log.TakeRewriteReads(1, reads) == 0)
        {
            Grow(world);
            world.Sync(world.Seal()!.Number);
            world.Checkpoint(Busy, world.Model.Groups[Busy.Value].Last);
            world.PrepareAll();
        }

        var isGood = world.Log.OnRewriteRead(reads[0], new byte[reads[0].Length]);

        Assert.False(isGood);
        world.Model.Groups.Remove(Quiet.Value);
        Flood(world, turns: 60, checkpoint: true);
        world.Recover();
        Assert.Equal(GroupStatus.Damaged, world.Recovered.Groups.Single(group => group.Group == Quiet).Status);
        Assert.Equal(GroupStatus.Ok, world.Recovered.Groups.Single(group => group.Group == Busy).Status);
    }

    [Fact]
    public void Entries_not_yet_synced_have_no_location()
    {
        var world = AWorldWithAQuietGroup();
        Grow(world);
        Assert.False(world.Log.TryLocate(Busy, new LogIndex(1), out _));
        world.Seal();
        Assert.False(world.Log.TryLocate(Busy, new LogIndex(1), out _));

        world.Sync(world.Log.SealedBatch);

        Assert.True(world.Log.TryLocate(Busy, new LogIndex(1), out _));
    }

    [Fact]
    public void Retention_keeps_what_is_checkpointed_for_its_bytes()
    {
        var world = AWorldWithAQuietGroup();

        for (var turn = 0; turn < 200; turn++)
        {
            Flood(world, turns: 1, checkpoint: true);
            var keptBytes = (world.Log.SegmentCount - 1) * world.Options.SegmentBytes;
            Assert.True(turn < 20 || keptBytes >= world.Options.RetainBytes - world.Options.SegmentBytes);
            Assert.True(keptBytes <= world.Options.RetainBytes + (2 * world.Options.SegmentBytes));
        }
    }

    [Fact]
    public void Retention_ends_by_time_and_only_then()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { RetainBytes = long.MaxValue, SlotsMax = 40 });
        world.Start(Busy);
        Flood(world, turns: 60, checkpoint: true);
        Assert.Equal(new LogIndex(1), world.Log.FirstKept(Busy));

        world.Now += world.Options.RetainMs;
        Flood(world, turns: 60, checkpoint: true);

        Assert.True(world.Log.FirstKept(Busy) > new LogIndex(1));
    }

    private static LogWorld AWorldWithAQuietGroup()
    {
        var world = new LogWorld();
        world.Start(Quiet, configuration: "only configuration");
        world.HardState(Quiet, 7, 42, 0);
        world.Start(Ended);
        world.Turn();
        world.End(Ended);
        world.Start(Busy);
        world.Turn();
        return world;
    }

    private static void Flood(LogWorld world, int turns, bool checkpoint)
    {
        for (var turn = 0; turn < turns; turn++)
        {
            Grow(world);
            world.Turn();
            if (checkpoint)
            {
                world.Checkpoint(Busy, world.Model.Groups[Busy.Value].Last);
            }
        }
    }

    private static void Grow(LogWorld world) =>
        world.Append(Busy, world.Model.Groups[Busy.Value].Last.Value + 1, 1, 2, new byte[1_000]);
}
