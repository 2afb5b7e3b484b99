using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>
/// Counts, bytes and hashes of finished jobs by the minute they ended in, so that a floor drops whole minutes.
/// </summary>
internal sealed class FinishedBuckets
{
    private const int MinutesMax = 1_000_000;
    private readonly SortedDictionary<long, (long Count, long Bytes, UInt128 Hash)> _minutes = [];

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    public UInt128 Hash { get; private set; }

    /// <summary>Adds a job to its minute (sign 1), or takes it out again (sign -1, bytes negative).</summary>
    public void Add(long minute, UInt128 hash, int sign, long bytes)
    {
        _minutes.TryGetValue(minute, out var bucket);
        var signed = sign > 0 ? hash : UInt128.Zero - hash;
        bucket = (bucket.Count + sign, bucket.Bytes + bytes, bucket.Hash + signed);
        Count += sign;
        Bytes += bytes;
        Hash += signed;
        if (bucket.Count == 0)
        {
            _minutes.Remove(minute);
        }
        else
        {
            _minutes[minute] = bucket;
        }
    }

    public void DropBelow(long minute)
    {
        var gone = new List<long>();
        foreach (var (at, bucket) in _minutes)
        {
            if (at >= minute)
            {
                break;
            }

            gone.Add(at);
            Count -= bucket.Count;
            Bytes -= bucket.Bytes;
            Hash -= bucket.Hash;
        }

        gone.ForEach(at => _minutes.Remove(at));
    }

    public void Write(ByteWriter writer)
    {
        writer.VarInt(_minutes.Count);
        foreach (var (minute, bucket) in _minutes)
        {
            writer.VarI64(minute);
            writer.VarI64(bucket.Count);
            writer.VarI64(bucket.Bytes);
            writer.U128(bucket.Hash);
        }
    }

    public void Read(ref ByteReader reader)
    {
        for (var count = reader.VarInt(MinutesMax); count > 0 && !reader.Failed; count--)
        {
            var minute = reader.VarI64();
            var bucket = (Count: reader.VarI64(), Bytes: reader.VarI64(), Hash: reader.U128());
            _minutes[minute] = bucket;
            Count += bucket.Count;
            Bytes += bucket.Bytes;
            Hash += bucket.Hash;
        }
    }
}
