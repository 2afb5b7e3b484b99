using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using TimeMachine.Core.Encoding;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Front;

/// <summary>What the options of a request say to the core: which request it is, and what must be there.</summary>
internal static class Identified
{
    private static readonly CommandNumber Absent = new(-1);

    /// <summary>The version that must be there; -1 for none; null for any.</summary>
    public static CommandNumber? IfMatchOf(RequestOptions? options) => options switch
    {
        { IfAbsent: true } => Absent,
        { IfVersion: { } version } => new CommandNumber(version),
        _ => null,
    };

    /// <summary>The id of a request: the same for every repeat that has its idempotency key.</summary>
    /// <param name="options">What came with the request.</param>
    /// <param name="content">A hash of what is asked: with another one the key is refused.</param>
    /// <param name="item">Its place in a batch.</param>
    /// <param name="names">What it is about, so that one key may be used for many things.</param>
    public static RequestId RequestIdOf(
        RequestOptions? options, ulong content, int item, params ReadOnlySpan<string> names)
    {
        if (options?.IdempotencyKey is not { } key)
        {
            return new RequestId(BitConverter.ToUInt128(Guid.NewGuid().ToByteArray()));
        }

        var writer = new ByteWriter();
        writer.U64(content);
        writer.VarI64(IfMatchOf(options)?.Value ?? long.MinValue);
        return RequestId.Of(
            BinaryPrimitives.ReadUInt64LittleEndian(HashOf(key, item, names)), XxHash64.HashToUInt64(writer.Written));
    }

    /// <summary>128 bits of a key and of what it is about: the same on every node and for ever.</summary>
    public static byte[] HashOf(string key, int item, params ReadOnlySpan<string> names)
    {
        var writer = new ByteWriter();
        writer.Bytes(Encoding.UTF8.GetBytes(key));
        foreach (var name in names)
        {
            writer.Bytes(Encoding.UTF8.GetBytes(name));
        }

        writer.VarInt(item);
        return XxHash128.Hash(writer.Written);
    }
}
