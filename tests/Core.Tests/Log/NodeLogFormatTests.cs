using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

public sealed class NodeLogFormatTests
{
    [Fact]
    public void The_bytes_of_a_small_log_never_change()
    {
        var world = new LogWorld();
        world.Start(new GroupId(3), 4, 2, "cfg");
        world.HardState(new GroupId(3), 5, 1, 4);
        world.Append(new GroupId(3), 5, 5, 2, LogWorld.Bytes("hello"));

        var batch = world.Seal()!;
        world.Sync(batch.Number);
        world.End(new GroupId(3));
        world.Turn();

        var header = Convert.ToHexStringLower(world.Disk.Bytes(0).AsSpan(0, LogFormat.SegmentHeaderBytes));
        var first = Convert.ToHexStringLower(world.Disk.Bytes(0).AsSpan(512, 288));
        var second = Convert.ToHexStringLower(world.Disk.Bytes(0).AsSpan(1024, 136));
        Assert.Equal(GoldenSegmentHeader, header);
        Assert.Equal(GoldenFirstBatch, first);
        Assert.Equal(GoldenSecondBatch, second);
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        var world = ALogWithTwoEntries();
        var bytes = world.Disk.Bytes(0);
        Assert.True(SegmentHeader.TryRead(bytes, out var header));
        (header with { Version = LogFormat.Version + 1 }).Write(bytes);

        var result = LogRecovery.Recover(world.Options, world.Disk.Images(), world.Now);

        Assert.Equal(LogRecoveryStatus.UnsupportedFormat, result.Status);
        Assert.Null(result.Log);
    }

    [Fact]
    public void Another_segment_size_is_refused()
    {
        var world = ALogWithTwoEntries();
        var options = world.Options with { SegmentBytes = 16 * 1024 };

        var result = LogRecovery.Recover(options, world.Disk.Images(), world.Now);

        Assert.Equal(LogRecoveryStatus.SegmentBytesMismatch, result.Status);
    }

    [Fact]
    public void Another_logs_segments_never_parse()
    {
        var world = ALogWithTwoEntries();
        var options = world.Options with { LogId = 99 };

        var result = LogRecovery.Recover(options, world.Disk.Images(), world.Now);

        Assert.Equal(1, result.ForeignCount);
        Assert.Empty(result.Groups);
        Assert.Equal(1, result.NextBatch);
    }

    [Fact]
    public void A_payload_over_the_limit_is_refused_and_a_full_batch_is_sealed_first()
    {
        var world = new LogWorld();
        world.Start(new GroupId(1));
        world.Turn();

        Assert.Equal(LogAppendStatus.TooLarge, Append(world, 1, world.Options.PayloadBytesMax + 1));
        Assert.Equal(LogAppendStatus.Appended, Append(world, 1, 2_000));
        world.Turn();
        Assert.Equal(LogAppendStatus.Appended, Append(world, 2, world.Options.PayloadBytesMax));
        Assert.Equal(LogAppendStatus.BatchFull, Append(world, 3, 4_000));
        var batch = world.Seal()!;

        Assert.Equal(2, batch.Operations.Count);
        Assert.All(batch.Operations, operation => Assert.Equal(batch.Slot, operation.Slot));
    }

    [Fact]
    public void Appending_allocates_nothing_in_steady_state()
    {
        var world = new LogWorld(LogWorld.SmallOptions with { SegmentBytes = 8 * 1024 * 1024 });
        world.Start(new GroupId(1));
        var payload = new byte[100];
        var batches = new Queue<long>();
        long Round(long from)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var index = from; index < from + 600; index++)
            {
                world.Log.AppendEntry(new GroupId(1), new LogIndex(index), new Term(1), 2, payload);
                if (index % 20 == 0)
                {
                    batches.Enqueue(world.Log.Seal(world.Now)!.Number);
                }

                if (batches.Count > 3)
                {
                    world.Log.OnSynced(batches.Dequeue(), world.Now);
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The runtime may allocate when it compiles anew, the log never: so one clean round of some is the proof.
        Round(1);
        var allocated = Enumerable.Range(0, 8).Min(_ => Round(401));

        Assert.Equal(0, allocated);
    }

    private static LogWorld ALogWithTwoEntries()
    {
        var world = new LogWorld();
        world.Start(new GroupId(1));
        Append(world, 1, 10);
        Append(world, 2, 10);
        world.Turn();
        return world;
    }

    private static LogAppendStatus Append(LogWorld world, long index, int length) =>
        world.Append(new GroupId(1), index, 1, 2, new byte[length]);

    private const string GoldenSegmentHeader =
        "01544d4e4c53454788776655443322110100000000000000002000000000000000000000000000000000000000000000"
        + "0000000000000000000000007d52eccd";

    private const string GoldenFirstBatch =
        "01544d420100000088776655443322110100000000000000000000002001000003000000000000000000000000000000"
        + "000000000100000000000000d1bf8971d20a927307097555030000000100000003000000030000000100000000000000"
        + "04000000000000000200000000000000010000000000000063666700000000003a6f78028ab2288c0800000001000000"
        + "030000000200000001000000000000000400000000000000050000000000000002000000000000000100000000000000"
        + "e24cfa12e0d460a205000000010000000300000001020000010000000000000005000000000000000500000000000000"
        + "030000000000000068656c6c6f00000003000000030000000800000003000000050000000300000003000000d9b7e99c";

    private const string GoldenSecondBatch =
        "01544d420100000088776655443322110200000000000000000000008800000001000000010000000004000000000000"
        + "00000000010000000000000054ed40462f5b12bb01000000000000000100000003000000040000000100000000000000"
        + "000000000000000000000000000000000400000000000000000000000300000001000000bc4c101c";
}
