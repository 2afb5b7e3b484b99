using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

public sealed class NodeLogDamageTests
{
    private static readonly GroupId One = new(1);
    private static readonly GroupId Two = new(2);
    private static readonly GroupId Three = new(3);

    [Fact]
    public void A_log_cut_at_any_byte_recovers_to_its_last_whole_batch()
    {
        var world = ARecordedLog(sync: false);
        var ends = BatchEnds(world);

        for (var cut = 0; cut <= ends[^1].End; cut++)
        {
            var short_ = world.Disk.Bytes(0)[..cut];
            var zeroed = world.Disk.Bytes(0).ToArray();
            zeroed.AsSpan(cut).Clear();

            ShouldBeAsAfterTheLastBatchBefore(world, ends, cut, short_);
            ShouldBeAsAfterTheLastBatchBefore(world, ends, cut, zeroed);
        }
    }

    [Fact]
    public void A_flipped_byte_harms_at_most_one_group_and_is_never_served()
    {
        var world = ARecordedLog(sync: true);
        var marker = world.Marker()!;
        world.Sync(marker.Number);
        var damagedCount = 0;
        foreach (var slot in world.Disk.Slots)
        {
            // Flips behind the last batch meet nothing; a stretch of them is enough.
            var used = world.Disk.Bytes(slot).AsSpan().LastIndexOfAnyExcept((byte)0) + 99;
            var end = Math.Min(world.Options.SegmentBytes, used);
            for (var offset = 0; offset < end; offset++)
            {
                damagedCount += FlipAndRecover(world, slot, offset, (byte)(1 << (offset % 8)));
            }
        }

        Assert.True(damagedCount > 1_000, $"{damagedCount} flips were seen");
    }

    [Fact]
    public void Flips_after_recycling_harm_at_most_one_group_and_are_never_served()
    {
        var world = ARecordedLog(sync: true);
        for (var turn = 0; turn < 60; turn++)
        {
            Grow(world, turn);
            world.Turn();
        }

        world.Now += 100;
        world.Sync(world.Marker()!.Number);
        for (var slot = 0; slot < world.Disk.SlotCount; slot++)
        {
            for (var offset = slot; offset < world.Options.SegmentBytes; offset += 41)
            {
                FlipAndRecover(world, slot, offset, 0xFF);
            }
        }
    }

    [Fact]
    public void Lost_framing_damages_every_group_without_a_later_proof()
    {
        var world = new LogWorld();
        Begin(world, One, Two, Three);
        var lost = world.Seal()!;
        var bytes = lost.Operations[^1].Bytes.Length;
        var offset = lost.Operations[^1].Offset;
        world.Sync(lost.Number);
        world.Append(Two, 1, 1, 2, LogWorld.Bytes("proof"));
        world.Turn();
        world.Turn();
        world.HardState(Two, 2, 1, 1);
        world.Turn();

        world.Disk.Bytes(0).AsSpan(offset, bytes).Fill(0xAB);
        world.Recover();

        Assert.True(world.Recovered.IsFramingLost);
        Assert.Equal(GroupStatus.Damaged, Status(world, Two));
        Assert.DoesNotContain(world.Recovered.Groups, group => group.Status == GroupStatus.Ok);
    }

    [Fact]
    public void A_later_record_proves_that_a_group_lost_nothing()
    {
        var world = new LogWorld();
        Begin(world, One, Two, Three);
        world.Turn();
        world.Append(One, 1, 1, 2, LogWorld.Bytes("lost"));
        var lostAt = world.Turn()!.End.Offset - LogFormat.BlockBytes;
        world.Append(Two, 1, 1, 2, LogWorld.Bytes("proof"));
        world.Turn();
        world.HardState(Two, 2, 1, 1);
        world.Turn();

        world.Disk.Bytes(0).AsSpan(lostAt, LogFormat.BlockBytes).Fill(0xAB);
        world.Recover();

        Assert.Equal(GroupStatus.Damaged, Status(world, One));
        Assert.Equal(GroupStatus.Ok, Status(world, Two));
        Assert.Equal(GroupStatus.Damaged, Status(world, Three));
    }

    [Fact]
    public void A_damaged_group_stays_damaged_until_it_is_ended_even_when_the_evidence_is_recycled()
    {
        var world = new LogWorld();
        Begin(world, One, Two);
        world.Append(One, 1, 1, 2, LogWorld.Bytes("precious"));
        var hurt = world.Turn()!;
        world.HardState(Two, 1, 1, 0);
        world.Turn();
        Find(world, hurt, "precious");
        world.Recover();
        Assert.Equal(GroupStatus.Damaged, Status(world, One));

        world.Model.Groups.Remove(One.Value);
        for (var turn = 1; turn <= 80; turn++)
        {
            world.Append(Two, turn, 1, 2, new byte[1_000]);
            world.Turn();
            world.Checkpoint(Two, new LogIndex(turn));
        }

        Assert.True(world.Rolls > world.Disk.SlotCount);
        world.Recover();

        Assert.Equal(GroupStatus.Damaged, Status(world, One));
        Assert.Equal(GroupStatus.Ok, Status(world, Two));
        Assert.Equal(LogAppendStatus.Appended, world.Log.EndGroup(One));
        world.Turn();
        world.Recover();
        Assert.DoesNotContain(world.Recovered.Groups, group => group.Group == One);
        Assert.Contains((One, new ReplicaId(1)), world.Recovered.DeadReplicas);
    }

    [Fact]
    public void A_lost_segment_damages_every_group_that_was_not_born_later()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { RetainBytes = 1 << 20 });
        Begin(world, One, Two);
        for (var turn = 1; turn <= 12; turn++)
        {
            world.Append(One, turn, 1, 2, new byte[2_000]);
            world.Turn();
        }

        Begin(world, Three);
        world.Turn();
        world.Disk.Bytes(1).AsSpan().Clear();
        world.Recover();

        Assert.Equal(GroupStatus.Damaged, Status(world, One));
        Assert.Equal(GroupStatus.Damaged, Status(world, Two));
        Assert.Equal(GroupStatus.Ok, Status(world, Three));
    }

    [Fact]
    public void A_segment_file_cut_at_any_block_is_noticed_or_lost_nothing()
    {
        var world = ALogOfSeveralSegments();
        world.Now += 100;
        world.Sync(world.Marker()!.Number);
        var noticed = 0;
        var begun = world.Disk.Slots.Where(slot => SegmentHeader.TryRead(world.Disk.Bytes(slot), out _)).ToList();
        foreach (var slot in begun.SkipLast(1))
        {
            for (var cut = 0; cut < world.Options.SegmentBytes; cut += 64)
            {
                noticed += CutAndRecover(world, slot, cut);
            }
        }

        Assert.True(noticed > 100, $"{noticed} cuts were noticed");
    }

    private static int CutAndRecover(LogWorld world, int slot, int cut)
    {
        var images = SharedImages(world);
        var at = images.FindIndex(image => image.Slot == slot);
        images[at] = new SegmentImage(slot, images[at].Bytes[..cut]);
        var isEmptyBehind = !world.Disk.Bytes(slot).AsSpan(cut).ContainsAnyExcept((byte)0);
        var result = LogRecovery.Recover(world.Options, images, world.Now);

        Assert.True(result.IsFramingLost || isEmptyBehind, $"slot {slot} cut at {cut}: nothing is noticed");
        foreach (var group in result.Groups.Where(group => group.Status == GroupStatus.Ok))
        {
            world.Model.Groups[group.Group.Value].ShouldBe(group, world.Model.Groups[group.Group.Value].Checkpoint);
        }

        return result.IsFramingLost ? 1 : 0;
    }

    private static LogWorld ALogOfSeveralSegments()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { RetainBytes = 1 << 20 });
        Begin(world, One, Two);
        for (var turn = 1; turn <= 12; turn++)
        {
            world.Append(One, turn, 1, 2, new byte[2_000]);
            world.Turn();
        }

        return world;
    }

    private static GroupStatus Status(LogWorld world, GroupId group) =>
        world.Recovered.Groups.Single(recovered => recovered.Group == group).Status;

    private static void Find(LogWorld world, LogBatch batch, string payload)
    {
        var bytes = world.Disk.Bytes(batch.Slot);
        var at = bytes.AsSpan().IndexOf(LogWorld.Bytes(payload));
        bytes[at] ^= 1;
    }

    private static void Begin(LogWorld world, params GroupId[] groups)
    {
        foreach (var group in groups)
        {
            world.Start(group);
            world.HardState(group, 1, (ulong)group.Value, 0);
        }
    }

    // Two small segments: births, votes, entries, a truncation, an end, a configuration.
    private static LogWorld ARecordedLog(bool sync)
    {
        var world = new LogWorld();
        Begin(world, One, Two, Three);
        Seal(world, sync);
        for (var turn = 0; turn < 6; turn++)
        {
            Grow(world, turn);
            Seal(world, sync);
        }

        world.End(Three);
        Seal(world, sync);
        world.Now += 100;
        if (!sync)
        {
            world.Disk.Sync(world.Log.SealedBatch);
        }

        return world;
    }

    private static void Seal(LogWorld world, bool sync)
    {
        if (sync)
        {
            world.Turn();
        }
        else
        {
            world.Seal();
        }
    }

    private static void Grow(LogWorld world, int turn)
    {
        foreach (var (id, model) in world.Model.Groups)
        {
            var isTruncation = turn % 5 == 4 && model.Last > model.Checkpoint;
            var index = model.Last.Value + (isTruncation ? 0 : 1);
            var kind = (byte)(turn % 4 == 2 ? LogFormat.ConfigurationEntryKind : 2);
            world.Append(new GroupId(id), index, 1 + (turn / 3), kind, LogWorld.Bytes($"g{id} turn {turn}"));
            world.HardState(new GroupId(id), 1 + (turn / 3), (ulong)id, index - 1);
            if (turn % 7 == 6)
            {
                world.Turn();
                world.Checkpoint(new GroupId(id), new LogIndex(index));
            }
        }
    }

    private static List<(int End, long Number)> BatchEnds(LogWorld world)
    {
        var ends = new List<(int, long)> { (0, 0) };
        var bytes = world.Disk.Bytes(0);
        for (var at = 512; BatchHeader.TryRead(bytes.AsSpan(at), out var header);)
        {
            ends.Add((at + header.Bytes, header.Number));
            at += header.PaddedBytes;
        }

        return ends;
    }

    private static void ShouldBeAsAfterTheLastBatchBefore(
        LogWorld world, List<(int End, long Number)> ends, int cut, byte[] bytes)
    {
        var result = LogRecovery.Recover(world.Options, [new SegmentImage(0, bytes)], world.Now);
        var last = result.NextBatch - 1;

        // A batch may lose its padding, and trailing bytes that are zero anyway.
        var whole = ends.Last(end => end.End <= cut).Number;
        Assert.True(last == whole || (last == whole + 1 && IsZero(world, cut, ends, last)), $"cut {cut}: {last}");
        (last == 0 ? new Model() : world.History[last]).ShouldBe(result, world.Model);
    }

    private static bool IsZero(LogWorld world, int cut, List<(int End, long Number)> ends, long batch) =>
        !world.Disk.Bytes(0).AsSpan(cut, ends.Single(end => end.Number == batch).End - cut).ContainsAnyExcept((byte)0);

    private static int FlipAndRecover(LogWorld world, int slot, int offset, byte mask)
    {
        world.Disk.Flip(slot, offset, mask);
        var result = LogRecovery.Recover(world.Options, SharedImages(world), world.Now);
        world.Disk.Flip(slot, offset, mask);

        var damaged = 0;
        foreach (var group in result.Groups)
        {
            if (group.Status == GroupStatus.Damaged)
            {
                damaged++;
                continue;
            }

            world.Model.Groups[group.Group.Value].ShouldBe(group, world.Model.Groups[group.Group.Value].Checkpoint);
        }

        Assert.True(damaged <= 1, $"slot {slot} offset {offset}: {damaged} groups damaged");
        foreach (var id in world.Model.Groups.Keys)
        {
            Assert.Contains(result.Groups, group => group.Group.Value == id);
        }

        return damaged;
    }

    private static List<SegmentImage> SharedImages(LogWorld world) =>
        [.. world.Disk.Slots.Select(slot => new SegmentImage(slot, world.Disk.Bytes(slot)))];
}
