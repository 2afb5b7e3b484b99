using System.Buffers.Binary;
using System.IO.Hashing;

namespace TimeMachine.Core.Routing;

public sealed partial class ShardMap
{
    private const int StackBytesMax = 2_048;

    /// <summary>The vnode of a job: the same on every node and for ever, as long as the vnode count stays.</summary>
    /// <param name="database">The database's name in UTF-8.</param>
    /// <param name="collection">The collection's name in UTF-8.</param>
    /// <param name="id">The job's id in UTF-8; only its clustering key counts.</param>
    /// <param name="vnodeCount">1 to <see cref="VNodesMax"/>.</param>
    /// <remarks>
    /// XxHash3 (64 bit, seed 0) over (length as u32 little endian + bytes) of each of the three, modulo the count. The
    /// lengths keep ("ab", "c") and ("a", "bc") apart.
    /// </remarks>
    /// <exception cref="InvariantViolationException">The count is out of its range.</exception>
    public static VNodeId VNodeOf(
        ReadOnlySpan<byte> database, ReadOnlySpan<byte> collection, ReadOnlySpan<byte> id, int vnodeCount)
    {
        Invariant.Require(vnodeCount is > 0 and <= VNodesMax);
        var key = ClusteringKey(id);
        var length = database.Length + collection.Length + key.Length + (3 * sizeof(uint));
        var bytes = length <= StackBytesMax ? stackalloc byte[StackBytesMax] : new byte[length];
        var end = Put(bytes, 0, database);
        end = Put(bytes, end, collection);
        end = Put(bytes, end, key);
        return new VNodeId((int)(XxHash3.HashToUInt64(bytes[..end]) % (ulong)vnodeCount));
    }

    /// <inheritdoc cref="VNodeOf(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, int)"/>
    public static VNodeId VNodeOf(string database, string collection, string id, int vnodeCount) => VNodeOf(
        Utf8(database), Utf8(collection), Utf8(id), vnodeCount);

    /// <summary>
    /// The part of an id that decides its vnode: the text between the first { and the next }, else the whole id.
    /// </summary>
    /// <remarks>"{user7}:order9" and "{user7}:cart" are neighbours. Empty braces count for nothing.</remarks>
    public static ReadOnlySpan<byte> ClusteringKey(ReadOnlySpan<byte> id)
    {
        var open = id.IndexOf((byte)'{');
        if (open < 0)
        {
            return id;
        }

        var inside = id[(open + 1)..];
        var length = inside.IndexOf((byte)'}');
        return length > 0 ? inside[..length] : id;
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static int Put(Span<byte> bytes, int at, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], (uint)part.Length);
        part.CopyTo(bytes[(at + sizeof(uint))..]);
        return at + sizeof(uint) + part.Length;
    }
}
