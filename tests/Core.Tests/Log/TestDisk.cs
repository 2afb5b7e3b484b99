using TimeMachine.Core.Log;

namespace TimeMachine.Core.Tests.Log;

/// <summary>Slots in memory: what was synced stays, what was not may be lost block by block in a crash.</summary>
internal sealed class TestDisk(int segmentBytes)
{
    private readonly SortedDictionary<int, byte[]> _durable = [];
    private readonly List<(long Batch, int Slot, int Offset, byte[] Bytes)> _pending = [];

    public int SlotCount => _durable.Count;

    public IEnumerable<int> Slots => _durable.Keys;

    public void Prepare(int slot) => _durable[slot] = new byte[segmentBytes];

    public void Write(LogBatch batch)
    {
        foreach (var operation in batch.Operations)
        {
            Assert.Equal(batch.Slot, operation.Slot);
            Assert.True(operation.Offset + operation.Bytes.Length <= segmentBytes);
            _pending.Add((batch.Number, operation.Slot, operation.Offset, operation.Bytes.ToArray()));
        }
    }

    public void Sync(long batch)
    {
        foreach (var write in _pending.Where(write => write.Batch <= batch))
        {
            write.Bytes.CopyTo(_durable[write.Slot].AsSpan(write.Offset));
        }

        _pending.RemoveAll(write => write.Batch <= batch);
    }

    /// <summary>What the page cache shows: also what is not synced.</summary>
    public byte[] Read(int slot, int offset, int length)
    {
        var bytes = _durable[slot].ToArray();
        foreach (var write in _pending.Where(write => write.Slot == slot))
        {
            write.Bytes.CopyTo(bytes.AsSpan(write.Offset));
        }

        return bytes.AsSpan(offset, length).ToArray();
    }

    /// <summary>Loses a random part of what was not synced: all, none, blocks in any order, half blocks.</summary>
    public void Crash(ref SplitMix64 random)
    {
        var keepPercent = random.Below(5) * 25;
        foreach (var write in _pending)
        {
            for (var at = 0; at < write.Bytes.Length; at += LogFormat.BlockBytes)
            {
                if (random.Below(100) >= keepPercent)
                {
                    continue;
                }

                var length = Math.Min(LogFormat.BlockBytes, write.Bytes.Length - at);
                var isTorn = random.Chance(1, 8);
                length = isTorn ? (int)random.Below(length) : length;
                write.Bytes.AsSpan(at, length).CopyTo(_durable[write.Slot].AsSpan(write.Offset + at));
            }
        }

        _pending.Clear();
    }

    public void Flip(int slot, int offset, byte mask) => _durable[slot][offset] ^= mask;

    public byte[] Bytes(int slot) => _durable[slot];

    public TestDisk Clone()
    {
        var clone = new TestDisk(segmentBytes);
        foreach (var (slot, bytes) in _durable)
        {
            clone._durable[slot] = bytes.ToArray();
        }

        return clone;
    }

    public List<SegmentImage> Images() =>
        [.. _durable.Select(pair => new SegmentImage(pair.Key, pair.Value.ToArray()))];
}
