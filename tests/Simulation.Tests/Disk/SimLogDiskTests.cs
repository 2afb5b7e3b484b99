using System.Buffers.Binary;
using CsCheck;
using TimeMachine.Simulation.Disk;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Tests.Kernel;

namespace TimeMachine.Simulation.Tests.Disk;

public sealed class SimLogDiskTests
{
    private const int Block = 512;
    private readonly ASmallWorld _world = new();

    private SimLogDisk Log => _world.Right.LogDisk;

    [Fact]
    public void What_was_synced_survives_every_crash_and_what_was_not_is_gone_when_all_is_dropped()
    {
        Log.TryPrepare(0);
        Log.Write(0, 0, [1, 2, 3]);
        Log.Sync(1);
        _world.RunMs(100);
        Log.Write(0, 3, [4]);

        _world.Right.Crash(CrashKind.DropAll);

        Assert.Equal([1, 2, 3, 0], Log.Image(0).Span[..4].ToArray());
    }

    [Fact]
    public void A_sync_covers_only_what_was_written_before_it_was_asked_for()
    {
        Log.TryPrepare(0);
        Log.Write(0, 0, [1]);
        Log.Sync(1);
        Log.Write(0, 1, [2]);
        _world.RunMs(100);

        Assert.Equal([1, 0], Log.DurableImage(0).Span[..2].ToArray());
        Assert.Equal([1, 2], Log.Image(0).Span[..2].ToArray());
    }

    [Fact]
    public void A_killed_process_loses_nothing_that_it_wrote_until_power_is_lost()
    {
        Log.TryPrepare(0);
        Log.Write(0, 0, [1]);

        _world.Right.Crash(CrashKind.ProcessKill);
        Assert.Equal(1, Log.Image(0).Span[0]);

        _world.Right.StartAfter(0);
        _world.RunMs(1);
        _world.Right.Crash(CrashKind.DropAll);
        Assert.Equal(0, Log.Image(0).Span[0]);
    }

    [Theory]
    [InlineData(CrashKind.KeepPrefix)]
    [InlineData(CrashKind.OutOfOrder)]
    [InlineData(CrashKind.TornTail)]
    public void A_power_loss_leaves_what_the_model_allows(CrashKind kind) =>
        Gen.Select(Gen.Int[0, 7_000], Gen.Int[1, 900]).Array[1, 12].Sample(
            writes =>
            {
                var world = new ASmallWorld((ulong)writes.Length);
                var log = world.Right.LogDisk;
                log.TryPrepare(0);
                var model = new WriteModel();
                for (var i = 0; i < writes.Length; i++)
                {
                    var bytes = new byte[writes[i].Item2];
                    Array.Fill(bytes, (byte)(i + 1));
                    log.Write(0, writes[i].Item1, bytes);
                    model.Write(writes[i].Item1, bytes);
                }

                world.Right.Crash(kind);

                var found = log.Image(0).ToArray();
                Assert.True(model.Allows(kind, found));
                Assert.Equal(found, log.DurableImage(0).ToArray());
            },
            iter: 60, seed: "0000KOIx1Fg3");

    [Fact]
    public void A_full_disk_gives_no_new_slot_and_keeps_the_old()
    {
        Log.TryPrepare(0);
        Log.IsFull = true;

        Assert.False(Log.TryPrepare(1));
        Assert.True(Log.TryPrepare(0));
        Assert.False(Log.TryPrepare(64));
    }

    [Fact]
    public void A_stalled_disk_ends_no_sync_until_the_stall_is_over()
    {
        Log.StalledUntilUs = 5_000_000;
        Log.Sync(1);
        _world.RunMs(4_990);
        Assert.Empty(_world.RightProcess.Seen);

        _world.RunMs(100);
        Assert.Equal(["Log sync 1 Ok"], _world.RightProcess.Seen);
    }

    [Fact]
    public void Only_a_bit_that_a_later_sync_proves_durable_flips()
    {
        Log.TryPrepare(0);
        SyncOne(0);
        SyncOne(1);
        Assert.False(Log.TryFlipBit());
        SyncOne(2);

        Assert.True(Log.TryFlipBit());

        byte[] synced = [1, 1, 1];
        var found = Log.Image(0).Span[..3].ToArray();
        Assert.NotEqual(synced[0], found[0]);
        Assert.Equal(synced[1..], found[1..]);
        Assert.Equal(1, byte.PopCount((byte)(found[0] ^ 1)));
    }

    [Fact]
    public void However_many_syncs_later_a_batch_that_no_later_one_states_does_not_flip()
    {
        Log.TryPrepare(0);
        SyncBatch(512, statedOffset: 0);
        SyncBatch(1_024, statedOffset: 1_023);
        SyncBatch(1_536, statedOffset: 1_023);
        Assert.False(Log.TryFlipBit());

        SyncBatch(2_048, statedOffset: 1_024);

        Assert.True(Log.TryFlipBit());
        var found = Log.Image(0).Span;
        Assert.Equal(1, Math.Abs(BitsIn(found[512..1_024]) - BitsIn(ABatch(0))));
        Assert.Equal(BitsIn(ABatch(1_023)), BitsIn(found[1_024..1_536]));
    }

    [Fact]
    public void A_flipped_bit_is_hidden_until_its_slot_is_read()
    {
        Log.TryPrepare(0);
        SyncOne(0);
        SyncOne(1);
        SyncOne(2);
        var isHiddenBefore = Log.HasHiddenFlip;

        Log.TryFlipBit();

        Assert.False(isHiddenBefore);
        Assert.True(Log.HasHiddenFlip);
        Log.Image(0);
        Assert.False(Log.HasHiddenFlip);
    }

    private static int BitsIn(ReadOnlySpan<byte> bytes)
    {
        var bits = 0;
        foreach (var value in bytes)
        {
            bits += byte.PopCount(value);
        }

        return bits;
    }

    private static byte[] ABatch(uint statedOffset)
    {
        var batch = new byte[512];
        "TMB"u8.CopyTo(batch.AsSpan(1));
        batch[4] = 1;
        batch[36] = (byte)(statedOffset > 0 ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(batch.AsSpan(40), statedOffset);
        return batch;
    }

    private void SyncBatch(int offset, uint statedOffset)
    {
        Log.Write(0, offset, ABatch(statedOffset));
        Log.Sync(offset);
        _world.RunMs(100);
    }

    private void SyncOne(int offset)
    {
        Log.Write(0, offset, [1]);
        Log.Sync(offset);
        _world.RunMs(100);
    }

    /// <summary>The slow, obvious model: all images that a crash may leave.</summary>
    private sealed class WriteModel
    {
        private readonly List<(int Offset, byte[] Bytes)> _pieces = [];

        public void Write(int offset, byte[] bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(bytes.Length - at, Block - ((offset + at) % Block));
                _pieces.Add((offset + at, bytes[at..(at + length)]));
                at += length;
            }
        }

        public bool Allows(CrashKind kind, byte[] found) => kind switch
        {
            CrashKind.OutOfOrder => Enumerable.Range(0, found.Length / Block).All(block => AllowsBlock(block, found)),
            CrashKind.TornTail => Prefixes(_pieces, allowTorn: true).Any(found.SequenceEqual),
            _ => Prefixes(_pieces, allowTorn: false).Any(found.SequenceEqual),
        };

        private bool AllowsBlock(int block, byte[] found)
        {
            var own = _pieces.Where(piece => piece.Offset / Block == block).ToList();
            var range = (block * Block)..((block + 1) * Block);
            return Prefixes(own, allowTorn: false).Any(image => image[range].SequenceEqual(found[range]));
        }

        private static IEnumerable<byte[]> Prefixes(List<(int Offset, byte[] Bytes)> pieces, bool allowTorn)
        {
            var image = new byte[8_192];
            yield return image;
            foreach (var (offset, bytes) in pieces)
            {
                for (var length = 1; length < bytes.Length && allowTorn; length++)
                {
                    bytes.AsSpan(0, length).CopyTo(image.AsSpan(offset));
                    yield return image;
                }

                bytes.CopyTo(image, offset);
                yield return image;
            }
        }
    }
}
