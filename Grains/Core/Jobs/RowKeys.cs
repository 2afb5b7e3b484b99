using System.Buffers.Binary;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>
/// The keys of a vnode's rows: one byte that names the space, then fields whose bytes order like their values.
/// Form: docs/formats/keyspace.md.
/// </summary>
internal static class RowKeys
{
    public const byte MetaSpace = RowSpace.Meta;
    public const byte JobSpace = RowSpace.Jobs;
    public const byte DueSpace = RowSpace.Due;
    public const byte BacklogSpace = RowSpace.Backlog;

    /// <summary>The row of what the state machine keeps in memory.</summary>
    public static readonly byte[] Meta = [MetaSpace, (byte)'m'];

    /// <summary>Writes the key of a job's row in the jobs space.</summary>
    /// <returns>What was written; valid until the writer's next change.</returns>
    public static ReadOnlySpan<byte> WriteJob(ByteWriter writer, JobKey key)
    {
        writer.Clear();
        writer.U8(JobSpace);
        writer.Raw(key.Bytes);
        return writer.Written;
    }

    public static void WriteOrdered(ByteWriter writer, UnixMs time) =>
        BinaryPrimitives.WriteUInt64BigEndian(writer.Reserve(8), (ulong)time.Value ^ (1UL << 63));

    public static void WriteBacklogPrefix(ByteWriter writer, RouteKey route)
    {
        writer.U8(BacklogSpace);
        BinaryPrimitives.WriteUInt16BigEndian(writer.Reserve(2), (ushort)route.Bytes.Length);
        writer.Raw(route.Bytes);
    }

    public static byte[] DueFrom(DuePosition position) =>
        [DueSpace, .. Ordered(position.Due), .. position.Key.Bytes];

    public static byte[] BacklogPrefix(RouteKey route)
    {
        var writer = new ByteWriter(3 + route.Bytes.Length);
        WriteBacklogPrefix(writer, route);
        return writer.Written.ToArray();
    }

    /// <summary>What the keys of a collection's jobs begin with in the jobs space.</summary>
    public static byte[] CollectionPrefix(string database, string collection) =>
    [
        JobSpace,
        .. System.Text.Encoding.UTF8.GetBytes(database), 0,
        .. System.Text.Encoding.UTF8.GetBytes(collection), 0,
    ];

    /// <summary>The first key above all that begin with a prefix.</summary>
    public static byte[] After(byte[] prefix)
    {
        var after = (byte[])prefix.Clone();
        for (var i = after.Length - 1; i >= 0; i--)
        {
            if (++after[i] != 0)
            {
                return after;
            }
        }

        Invariant.Fail("a prefix of nothing but 0xFF");
        return after;
    }

    /// <summary>Reads the due time behind a prefix of the given length.</summary>
    public static UnixMs ReadDue(ReadOnlySpan<byte> key, int prefixBytes) =>
        new((long)(BinaryPrimitives.ReadUInt64BigEndian(key[prefixBytes..]) ^ (1UL << 63)));

    /// <summary>Reads due time and job behind a prefix of the given length.</summary>
    public static DuePosition ReadPosition(ReadOnlySpan<byte> key, int prefixBytes)
    {
        var isKey = JobKey.TryDecode(key[(prefixBytes + 8)..], out var job);
        Invariant.Require(isKey);
        return new DuePosition(ReadDue(key, prefixBytes), job);
    }

    private static byte[] Ordered(UnixMs time)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)time.Value ^ (1UL << 63));
        return bytes;
    }
}
