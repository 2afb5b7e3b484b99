using TimeMachine.Core.Encoding;
using TimeMachine.Core.Replication;

namespace TimeMachine.Core.Node;

/// <summary>
/// The image of one replica: every row of its store as it was when the applied index was the given one, in key order.
/// The same form serves a lagging replica, a new one, and a backup.
/// </summary>
/// <remarks>Form: docs/formats/image.md.</remarks>
public static class ImageCodec
{
    /// <summary>The version written today.</summary>
    public const byte Version = 1;

    private const int RowsAStep = 256;
    private const int KeyBytesMax = 64 * 1024;
    private const int ValueBytesMax = 64 * 1024 * 1024;

    /// <summary>The smallest key: images begin at it.</summary>
    private static readonly byte[] FirstKey = [];

    /// <summary>Above every key.</summary>
    private static readonly byte[] EndKey = [0xFF];

    /// <summary>Writes all rows of a store.</summary>
    public static byte[] Write(IRowStore store)
    {
        var writer = new ByteWriter(4096);
        writer.U8(Version);
        var rows = new List<StoredRow>();
        ReadOnlySpan<byte> from = FirstKey;
        do
        {
            rows.Clear();
            store.Scan(from, EndKey, RowsAStep, rows);
            foreach (var row in rows)
            {
                writer.U8(1);
                writer.Bytes(row.Key.Span);
                writer.Bytes(row.Value.Span);
            }

            from = rows.Count > 0 ? Successor(rows[^1].Key.Span) : from;
        }
        while (rows.Count == RowsAStep);
        writer.U8(0);
        writer.U32(Crc32C.Of(writer.Written));
        return writer.Written.ToArray();
    }

    /// <summary>Puts all rows of an image into an empty store.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>; the store is to be thrown away unless it is none.</returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> image, IRowStore store)
    {
        if (image.Length < 6)
        {
            return ErrorCode.MalformedFormat;
        }

        if (image[0] != Version)
        {
            return ErrorCode.UnsupportedFormat;
        }

        var body = image[..^4];
        var trailer = new ByteReader(image[^4..]);
        if (trailer.U32() != Crc32C.Of(body))
        {
            return ErrorCode.MalformedFormat;
        }

        var reader = new ByteReader(body[1..]);
        while (reader.Bool())
        {
            var key = reader.Bytes(KeyBytesMax);
            var value = reader.Bytes(ValueBytesMax);
            if (reader.Failed)
            {
                return ErrorCode.MalformedFormat;
            }

            store.Put(key, value);
        }

        return reader.AtEnd ? ErrorCode.None : ErrorCode.MalformedFormat;
    }

    private static byte[] Successor(ReadOnlySpan<byte> key)
    {
        var next = new byte[key.Length + 1];
        key.CopyTo(next);
        return next;
    }
}
