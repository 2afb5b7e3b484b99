using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

public sealed class NodeLogCrashTests
{
    private static readonly GroupId One = new(1);

    // A torn batch with a whole one behind it; a second crash loses any of the blocks written after the first recovery.
    [Fact]
    public void What_a_crash_cut_never_comes_back_whatever_a_second_crash_loses()
    {
        for (var lostMask = 0; lostMask < 64; lostMask++)
        {
            var world = ACrashedLog();
            world.Recover();
            var before = world.Recovered.NextBatch - 1;
            world.Append(One, 2, 9, 2, LogWorld.Bytes("new life"));
            var first = world.Seal()!;
            world.Append(One, 3, 9, 2, new byte[700]);
            var second = world.Seal()!;
            var disk = world.Disk.Clone();
            Write(disk, [first, second], lostMask);

            var result = LogRecovery.Recover(world.Options, disk.Images(), world.Now);
            var last = result.NextBatch - 1;
            world.History[last].ShouldBe(result, world.Model);
            Assert.True(last >= before);

            // And a third life over the ruins of the second, wholly written this time.
            var third = Go(result.Log!, disk, world);
            var again = LogRecovery.Recover(world.Options, disk.Images(), world.Now);
            Assert.Equal(third, again.NextBatch - 1);
            Assert.Equal(0, again.DamageCount);
            var newest = again.Groups.Single().Entries[^1].Payload.Span;
            Assert.Equal("third life", System.Text.Encoding.UTF8.GetString(newest));
        }
    }

    // Three segments' worth of writes wait for one sync; a crash keeps the last one's and loses the header of the one
    // before.
    [Fact]
    public void What_was_synced_is_found_when_a_later_segment_survives_and_the_one_before_does_not()
    {
        var world = new LogWorld();
        world.Start(One);
        world.HardState(One, 1, 1, 0);
        world.Append(One, 1, 1, 2, LogWorld.Bytes("synced"));
        world.Turn();
        world.PrepareAll();
        var segments = new List<LogBatch>();
        for (var index = 2; segments.Select(batch => batch.Slot).Distinct().Count() < 3; index++)
        {
            world.Append(One, index, 1, 2, new byte[3_000]);
            segments.Add(world.Seal()!);
        }

        var last = segments.FindAll(batch => batch.Slot == segments[^1].Slot);
        Write(world.Disk, [.. last], lostMask: 0);
        var result = LogRecovery.Recover(world.Options, world.Disk.Images(), world.Now);

        var group = Assert.Single(result.Groups);
        Assert.Equal(GroupStatus.Ok, group.Status);
        Assert.Equal("synced", System.Text.Encoding.UTF8.GetString(Assert.Single(group.Entries).Payload.Span));
        result.Log!.AppendHardState(One, new Term(3), new ReplicaId(1), default);
        Assert.True(result.Log.Seal(world.Now)!.Number > 1);
    }

    [Fact]
    public void An_epoch_seen_anywhere_is_never_used_again()
    {
        var world = ACrashedLog();
        world.Recover();
        world.Append(One, 2, 9, 2, LogWorld.Bytes("lost header"));
        var batch = world.Seal()!;
        var header = batch.Operations[0];
        var body = batch.Operations[1];
        Assert.Equal(0, header.Offset);

        // The segment's header is lost, the batch is not.
        body.Bytes.Span.CopyTo(world.Disk.Bytes(body.Slot).AsSpan(body.Offset));
        Assert.True(BatchHeader.TryRead(body.Bytes.Span, out var old));
        var result = LogRecovery.Recover(world.Options, world.Disk.Images(), world.Now);
        result.Log!.AppendHardState(One, new Term(3), new ReplicaId(1), default);
        var next = result.Log.Seal(world.Now)!;

        Assert.True(BatchHeader.TryRead(next.Operations[^1].Bytes.Span, out var fresh));
        Assert.True(fresh.Epoch > old.Epoch);
    }

    [Fact]
    public void Random_bytes_never_crash_a_recovery()
    {
        var random = new SplitMix64(11);
        for (var round = 0; round < 60; round++)
        {
            var images = new List<SegmentImage>();
            for (var slot = 0; slot < 3; slot++)
            {
                var bytes = new byte[random.Below(9_000)];
                for (var at = 0; at < bytes.Length; at++)
                {
                    bytes[at] = (byte)random.Next();
                }

                images.Add(new SegmentImage(slot, bytes));
            }

            var result = LogRecovery.Recover(LogWorld.SmallOptions, images, new MonoMs(5));

            Assert.Empty(result.Groups);
            Assert.Equal(LogRecoveryStatus.Recovered, result.Status);
        }
    }

    [Fact]
    public void A_mangled_log_never_crashes_a_recovery_nor_takes_much_memory()
    {
        var random = new SplitMix64(12);
        var world = ALongLog();
        for (var round = 0; round < 300; round++)
        {
            var disk = world.Disk.Clone();
            Mangle(disk, ref random);
            var images = disk.Images();
            var before = GC.GetAllocatedBytesForCurrentThread();

            var result = LogRecovery.Recover(world.Options, images, world.Now);
            GoOn(result);

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4_000_000);
        }
    }

    [Fact]
    public void Dead_replica_ids_are_refused_and_survive_recovery()
    {
        var world = new LogWorld();
        world.Start(One);
        world.Turn();
        world.End(One);
        world.Turn();

        world.Recover();

        Assert.True(world.Log.IsDead(new ReplicaId(1)));
        Assert.False(world.Log.Has(One));
        Assert.Throws<InvariantViolationException>(
            () => world.Log.StartGroup(One, new ReplicaId(1), default, default, []));
    }

    [Fact]
    public void A_truncation_by_a_lower_index_holds_after_recovery()
    {
        var world = new LogWorld();
        world.Start(One);
        for (var index = 1; index <= 5; index++)
        {
            world.Append(One, index, 1, 2, LogWorld.Bytes($"old {index}"));
        }

        world.Turn();
        world.Append(One, 3, 2, 2, LogWorld.Bytes("new 3"));
        world.Turn();

        world.Recover();

        var entries = world.Recovered.Groups.Single().Entries;
        Assert.Equal([1, 2, 3], entries.Select(entry => (int)entry.Index.Value));
        Assert.Equal(new Term(2), entries[^1].Term);
        world.Model.ShouldBe(world.Recovered, world.Model);
    }

    private static LogWorld ACrashedLog()
    {
        var world = new LogWorld();
        world.Start(One);
        world.HardState(One, 1, 1, 0);
        world.Append(One, 1, 1, 2, LogWorld.Bytes("kept"));
        world.Turn();
        world.Append(One, 2, 1, 2, LogWorld.Bytes("torn"));
        var torn = world.Seal()!;
        world.Append(One, 3, 1, 2, LogWorld.Bytes("whole but behind the torn one"));
        var whole = world.Seal()!;
        var operation = whole.Operations[^1];
        operation.Bytes.Span.CopyTo(world.Disk.Bytes(operation.Slot).AsSpan(operation.Offset));
        operation = torn.Operations[^1];
        operation.Bytes.Span[..100].CopyTo(world.Disk.Bytes(operation.Slot).AsSpan(operation.Offset));
        var disk = world.Disk.Clone();
        var random = new SplitMix64(1);
        world.Disk.Crash(ref random);
        foreach (var slot in disk.Slots)
        {
            disk.Bytes(slot).CopyTo(world.Disk.Bytes(slot).AsSpan());
        }

        world.Model.Groups[One.Value].TruncateFrom(new LogIndex(2));
        return world;
    }

    private static void Write(TestDisk disk, LogBatch[] batches, int lostMask)
    {
        var block = 0;
        foreach (var operation in batches.SelectMany(batch => batch.Operations))
        {
            for (var at = 0; at < operation.Bytes.Length; at += LogFormat.BlockBytes)
            {
                var isLost = (lostMask >> block++ & 1) != 0;
                var bytes = operation.Bytes.Slice(at, Math.Min(LogFormat.BlockBytes, operation.Bytes.Length - at));
                var target = disk.Bytes(operation.Slot).AsSpan(operation.Offset + at);
                bytes.Span.CopyTo(isLost ? new byte[bytes.Length] : target);
            }
        }
    }

    private static long Go(NodeLog log, TestDisk disk, LogWorld world)
    {
        while (log.TryTakePrepare(world.Now, out var prepare))
        {
            disk.Prepare(prepare.Slot);
            log.OnPrepared(prepare.Slot, succeeded: true, world.Now);
        }

        log.AppendEntry(One, new LogIndex(2), new Term(11), 2, LogWorld.Bytes("third life"));
        var batch = log.Seal(world.Now)!;
        Write(disk, [batch], lostMask: 0);
        return batch.Number;
    }

    private static LogWorld ALongLog()
    {
        var world = new LogWorld();
        for (var turn = 0; turn < 60; turn++)
        {
            var group = new GroupId(turn % 4);
            if (!world.Model.Groups.TryGetValue(group.Value, out var model))
            {
                world.Start(group);
            }
            else
            {
                world.Append(group, model.Last.Value + 1, 1, (byte)(1 + (turn % 3)), new byte[turn * 13]);
                world.HardState(group, 1, 1, model.Last.Value);
            }

            world.Turn();
        }

        return world;
    }

    private static void Mangle(TestDisk disk, ref SplitMix64 random)
    {
        var slots = disk.Slots.ToArray();
        for (var wound = random.Between(1, 12); wound > 0; wound--)
        {
            var bytes = disk.Bytes(slots[random.Below(slots.Length)]);
            var other = disk.Bytes(slots[random.Below(slots.Length)]);
            var from = (int)random.Below(bytes.Length / 512) * 512;
            var to = (int)random.Below(bytes.Length / 512) * 512;
            switch (random.Below(4))
            {
                case 0:
                    bytes[random.Below(bytes.Length)] ^= (byte)random.Next();
                    break;
                case 1:
                    bytes.AsSpan(from, 512).Clear();
                    break;
                case 2:
                    other.AsSpan(from, 512).CopyTo(bytes.AsSpan(to));
                    break;
                default:
                    other.CopyTo(bytes.AsSpan());
                    break;
            }
        }
    }

    // What a recovery gives must work, however bad the bytes were.
    private static void GoOn(LogRecoveryResult result)
    {
        var log = result.Log!;
        while (log.TryTakePrepare(new MonoMs(1), out var prepare))
        {
            log.OnPrepared(prepare.Slot, succeeded: true, new MonoMs(1));
        }

        foreach (var group in result.Groups)
        {
            log.EndGroup(group.Group);
        }

        var batch = log.Seal(new MonoMs(2));
        log.OnSynced(batch?.Number ?? 0, new MonoMs(3));
    }
}
