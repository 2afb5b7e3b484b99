using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Node;

/// <summary>What one node says to another beside Raft. Numbers are stable and append-only.</summary>
public enum NodeMessageKind : byte
{
    /// <summary>A node asks the system group's leader to confirm its route table and to lease slots.</summary>
    LeaseRequest = 1,

    /// <summary>The answer to it.</summary>
    LeaseResponse = 2,

    /// <summary>A deposed leader hands outcomes to the new one: an encoded command batch.</summary>
    ForwardOutcomes = 3,

    /// <summary>The system group's leader asks the leaders of vnodes to fence a route: an encoded RouteFence.</summary>
    FenceRequest = 4,

    /// <summary>The answer of one vnode, with its unfinished jobs of the route: an encoded RouteFence.</summary>
    FenceResponse = 5,
}

/// <summary>One message between nodes, outside of Raft: a datagram that may be lost or repeated.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="From">The sender.</param>
/// <param name="Group">The group it is about; the system group for leases.</param>
/// <param name="Replica">The replica it is about; none if it is about no replica.</param>
/// <param name="Body">The encoded content.</param>
public readonly record struct NodeMessage(
    NodeMessageKind Kind, NodeId From, GroupId Group, ReplicaId Replica, ReadOnlyMemory<byte> Body)
{
    /// <summary>The version written today.</summary>
    public const byte Version = 1;

    /// <summary>Encodes the message.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(32 + Body.Length);
        writer.U8(Version);
        writer.U8((byte)Kind);
        writer.U16((ushort)From.Value);
        writer.VarInt(Group.Value);
        writer.U64(Replica.Value);
        writer.Bytes(Body.Span);
        return writer.Written.ToArray();
    }

    /// <summary>Decodes a message.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryDecode(ReadOnlyMemory<byte> bytes, out NodeMessage message)
    {
        message = default;
        var reader = new ByteReader(bytes.Span);
        if (reader.U8() != Version)
        {
            return reader.Failed ? ErrorCode.MalformedFormat : ErrorCode.UnsupportedFormat;
        }

        var kind = (NodeMessageKind)reader.U8();
        var from = new NodeId(reader.U16());
        var group = new GroupId(reader.VarInt());
        var replica = new ReplicaId(reader.U64());
        var length = reader.VarInt();
        var start = reader.Position;
        reader.Raw(length);
        var isKnown = kind is >= NodeMessageKind.LeaseRequest and <= NodeMessageKind.FenceResponse;
        if (!reader.AtEnd || !isKnown)
        {
            return ErrorCode.MalformedFormat;
        }

        message = new NodeMessage(kind, from, group, replica, bytes.Slice(start, length));
        return ErrorCode.None;
    }
}
