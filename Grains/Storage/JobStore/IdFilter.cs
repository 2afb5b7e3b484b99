using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// Tells that a job id is new without reading: a Bloom filter over the ids of one replica, in blocks of one cache line
/// (Putze, Sanders, Singler 2007). It grows by layers, each twice as large as the one before. It may say that a new id
/// is known, never that a known id is new.
/// </summary>
/// <remarks>Form of its file: docs/formats/id-filter.md.</remarks>
public sealed class IdFilter
{
    private const uint Magic = 0x314C4654;
    private const int HeaderBytes = 4 + 4 + 8 + 4;
    private const int WordsPerBlock = 8;
    private const int ProbesPerId = 8;
    private const int FirstIds = 4_096;
    private const int LayersMax = 40;
    private readonly int _bitsPerId;
    private readonly List<Layer> _layers = [];

    /// <summary>Makes an empty one.</summary>
    /// <param name="bitsPerId">The bits for each id, 8 to 32.</param>
    /// <param name="idsExpected">How many ids it should take without growing.</param>
    public IdFilter(int bitsPerId, long idsExpected = 0)
    {
        Invariant.Require(bitsPerId is >= 8 and <= 32);
        _bitsPerId = bitsPerId;
        AddLayer(Math.Max(FirstIds, idsExpected));
    }

    private IdFilter(int bitsPerId, List<Layer> layers)
    {
        _bitsPerId = bitsPerId;
        _layers = layers;
    }

    /// <summary>Ids added, those added twice counted twice unless the filter knew them.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (var layer in _layers)
            {
                count += layer.Count;
            }

            return count;
        }
    }

    /// <summary>The memory it takes, in bytes.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            foreach (var layer in _layers)
            {
                bytes += layer.Words.Length * (long)sizeof(ulong);
            }

            return bytes;
        }
    }

    /// <summary>Adds a row's key.</summary>
    public void AddRow(ReadOnlySpan<byte> key)
    {
        var hash = XxHash3.HashToUInt64(key);
        if (MayHave(hash))
        {
            return;
        }

        if (_layers[^1].Count >= _layers[^1].Capacity)
        {
            AddLayer(_layers[^1].Capacity * 2);
        }

        _layers[^1].Add(hash);
    }

    /// <summary>Whether a row of that key may have been added; false is certain.</summary>
    public bool MayHaveRow(ReadOnlySpan<byte> key) => MayHave(XxHash3.HashToUInt64(key));

    /// <summary>Encodes it.</summary>
    /// <param name="index">The applied index that it goes with.</param>
    public byte[] Encode(LogIndex index)
    {
        var bytes = new byte[checked((int)(HeaderBytes + (_layers.Count * 16) + Bytes + sizeof(uint)))];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), _bitsPerId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), index.Value);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), _layers.Count);
        var at = HeaderBytes;
        foreach (var layer in _layers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), layer.Capacity);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 8), layer.Count);
            MemoryMarshal.AsBytes(layer.Words.AsSpan()).CopyTo(bytes.AsSpan(at + 16));
            at += 16 + (layer.Words.Length * sizeof(ulong));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Crc32C.Of(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Decodes one.</summary>
    /// <returns>Null if the bytes are not whole; it is built anew then.</returns>
    public static IdFilter? TryDecode(ReadOnlySpan<byte> bytes, out LogIndex index)
    {
        index = default;
        if (bytes.Length < HeaderBytes + sizeof(uint)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) != Crc32C.Of(bytes[..^4]))
        {
            return null;
        }

        var bitsPerId = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        index = new LogIndex(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        var layers = new List<Layer>();
        var rest = bytes[HeaderBytes..^4];
        for (; count is > 0 and <= LayersMax; count--)
        {
            if (rest.Length < 16 || Layer.TryRead(ref rest, bitsPerId) is not { } layer)
            {
                return null;
            }

            layers.Add(layer);
        }

        var isWhole = rest.IsEmpty && layers.Count > 0 && bitsPerId is >= 8 and <= 32;
        return isWhole ? new IdFilter(bitsPerId, layers) : null;
    }

    private bool MayHave(ulong hash)
    {
        for (var i = _layers.Count - 1; i >= 0; i--)
        {
            if (_layers[i].MayHave(hash))
            {
                return true;
            }
        }

        return false;
    }

    private void AddLayer(long capacity) => _layers.Add(new Layer(capacity, _bitsPerId));

    private sealed class Layer
    {
        public Layer(long capacity, int bitsPerId)
        {
            Capacity = capacity;
            Words = new ulong[WordsFor(capacity, bitsPerId)];
        }

        public long Capacity { get; }

        public long Count { get; private set; }

        public ulong[] Words { get; }

        public static Layer? TryRead(ref ReadOnlySpan<byte> bytes, int bitsPerId)
        {
            var capacity = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            var count = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
            if (capacity <= 0 || capacity > int.MaxValue || count < 0 || bitsPerId is < 8 or > 32
                || bytes.Length - 16 < WordsFor(capacity, bitsPerId) * sizeof(ulong))
            {
                return null;
            }

            var layer = new Layer(capacity, bitsPerId) { Count = count };
            var words = MemoryMarshal.AsBytes(layer.Words.AsSpan());
            bytes.Slice(16, words.Length).CopyTo(words);
            bytes = bytes[(16 + words.Length)..];
            return layer;
        }

        public void Add(ulong hash)
        {
            var block = BlockOf(hash);
            for (var probe = 0; probe < ProbesPerId; probe++)
            {
                var bit = BitOf(hash, probe);
                block[bit >> 6] |= 1UL << (bit & 63);
            }

            Count++;
        }

        public bool MayHave(ulong hash)
        {
            var block = BlockOf(hash);
            for (var probe = 0; probe < ProbesPerId; probe++)
            {
                var bit = BitOf(hash, probe);
                if ((block[bit >> 6] & (1UL << (bit & 63))) == 0)
                {
                    return false;
                }
            }

            return true;
        }

        private static long WordsFor(long capacity, int bitsPerId) =>
            ((capacity * bitsPerId / (WordsPerBlock * 64)) + 1) * WordsPerBlock;

        private Span<ulong> BlockOf(ulong hash)
        {
            var blocks = (ulong)Words.Length / WordsPerBlock;
            var block = (int)Math.BigMul(hash, blocks, out _);
            return Words.AsSpan(block * WordsPerBlock, WordsPerBlock);
        }

        // Another mix of the hash for each probe: the high bits alone chose the block.
        private static int BitOf(ulong hash, int probe)
        {
            var mixed = BitOperations.RotateLeft(hash * 0x9E3779B97F4A7C15UL, probe * 8) * 0xD6E8FEB86659FD93UL;
            return (int)(mixed >> 55);
        }
    }
}
