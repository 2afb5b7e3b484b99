using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Node;

/// <summary>What a node's disk says of the node itself: drawn once for each disk. Form: docs/formats/identity.md.
/// </summary>
/// <param name="Tag">
/// The incarnation, random and not 0: upper half of all replica ids made for it, and the id of its log.
/// </param>
/// <param name="IsFormed">Whether its first replicas were created and synced: it never forms a cluster again.</param>
public sealed record NodeIdentity(uint Tag, bool IsFormed)
{
    private const uint Magic = 0x44494D54;
    private const byte Version = 1;

    /// <summary>The id of a replica that is made for this incarnation.</summary>
    public ReplicaId Replica(uint serial) => new(((ulong)Tag << 32) | serial);

    /// <summary>Whether a replica id was made for this incarnation: another's data is not on this disk.</summary>
    public bool Owns(ReplicaId replica) => (uint)(replica.Value >> 32) == Tag;

    /// <summary>The identity of the same disk when nothing on it may speak any more: every id made for it before is
    /// another's.</summary>
    public NodeIdentity Next() => new(Tag + 2, IsFormed: true);

    /// <summary>Encodes it.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(16);
        writer.U32(Magic);
        writer.U8(Version);
        writer.U32(Tag);
        writer.Bool(IsFormed);
        writer.U32(Crc32C.Of(writer.Written));
        return writer.Written.ToArray();
    }

    /// <summary>Decodes one; null if the bytes are not whole or of a newer version.</summary>
    public static NodeIdentity? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        var isKnown = reader.U32() == Magic && reader.U8() == Version;
        var identity = new NodeIdentity(reader.U32(), reader.Bool());
        var covered = reader.Position;
        var crc = reader.U32();
        var isWhole = isKnown && reader.AtEnd && identity.Tag != 0;
        return isWhole && crc == Crc32C.Of(bytes[..covered]) ? identity : null;
    }
}
