using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>Counts and hashes of finished jobs by the minute they ended in, so that a floor drops whole minutes.</summary>
internal sealed class FinishedBuckets
{
    private const int MinutesMax = 1_000_000;
    private readonly SortedDictionary<long, (long Count, UInt128 Hash)> _minutes = [];

    public long Count { get; private set; }

    public UInt128 Hash { get; private set; }

    public void Add(long minute, UInt128 hash, int sign)
    {
        _minutes.TryGetValue(minute, out var bucket);
        var signed = sign > 0 ? hash : UInt128.Zero - hash;
        bucket = (bucket.Count + sign, bucket.Hash + signed);
        Count += sign;
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
            writer.U128(bucket.Hash);
        }
    }

    public void Read(ref ByteReader reader)
    {
        for (var count = reader.VarInt(MinutesMax); count > 0 && !reader.Failed; count--)
        {
            var minute = reader.VarI64();
            var bucket = (Count: reader.VarI64(), Hash: reader.U128());
            _minutes[minute] = bucket;
            Count += bucket.Count;
            Hash += bucket.Hash;
        }
    }
}
