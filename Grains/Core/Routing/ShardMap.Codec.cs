using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Routing;

public sealed partial class ShardMap
{
    /// <summary>The version of the binary form: its first byte. See docs/formats/shard-map.md.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Writes the binary form.</summary>
    public void Write(ByteWriter writer)
    {
        writer.U8(FormatVersion);
        writer.VarInt(VNodeCount);
        writer.VarInt(Replicas);
        foreach (var node in _nodes)
        {
            writer.VarInt(node.Value);
        }
    }

    /// <summary>Reads the binary form; nothing else may follow it.</summary>
    /// <param name="bytes">The bytes; not trusted.</param>
    /// <param name="map">The map, or null with any code but None.</param>
    /// <returns>None, UnsupportedFormat for another version, MalformedFormat for bytes that are no map.</returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> bytes, out ShardMap? map)
    {
        map = null;
        var reader = new ByteReader(bytes);
        if (reader.U8() != FormatVersion)
        {
            return bytes.IsEmpty ? ErrorCode.MalformedFormat : ErrorCode.UnsupportedFormat;
        }

        var vnodeCount = reader.VarInt(VNodesMax);
        var replicas = reader.VarInt(ReplicasMax);
        if (vnodeCount == 0 || replicas == 0 || reader.Remaining < vnodeCount * replicas)
        {
            return ErrorCode.MalformedFormat;
        }

        var nodes = new NodeId[vnodeCount * replicas];
        for (var i = 0; i < nodes.Length; i++)
        {
            nodes[i] = new NodeId(reader.VarInt(NodeIdMax));
        }

        if (!reader.AtEnd || !HoldsDistinctNodes(nodes, replicas))
        {
            return ErrorCode.MalformedFormat;
        }

        map = new ShardMap(vnodeCount, replicas, nodes);
        return ErrorCode.None;
    }

    private const int NodeIdMax = ushort.MaxValue;

    private static bool HoldsDistinctNodes(ReadOnlySpan<NodeId> nodes, int replicas)
    {
        for (; nodes.Length > 0; nodes = nodes[replicas..])
        {
            if (!AreDistinctNodes(nodes[..replicas]))
            {
                return false;
            }
        }

        return true;
    }
}
