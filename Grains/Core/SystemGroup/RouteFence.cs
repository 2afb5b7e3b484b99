using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.SystemGroup;

/// <summary>
/// What the system group's leader asks of whoever leads vnodes, or the answer of one of them: refuse creates for a
/// route by older revisions, and count its unfinished jobs. Form: docs/formats/system.md.
/// </summary>
/// <param name="Route">The route.</param>
/// <param name="Revision">The mark's revision.</param>
/// <param name="IsForced">Whether unfinished jobs do not stop the delete.</param>
/// <param name="UnfinishedCount">Of an answer: the unfinished jobs of its vnode; else 0.</param>
/// <param name="VNodes">The vnodes asked, or the one that answers.</param>
public sealed record RouteFence(
    RouteKey Route, CommandNumber Revision, bool IsForced, long UnfinishedCount, IReadOnlyList<VNodeId> VNodes)
{
    /// <summary>The version written today.</summary>
    public const byte FormatVersion = 1;

    private const int VNodesMax = 65_536;

    /// <summary>Writes it.</summary>
    public void Write(ByteWriter writer)
    {
        writer.U8(FormatVersion);
        writer.Bytes(Route.Bytes);
        writer.VarI64(Revision.Value);
        writer.Bool(IsForced);
        writer.VarI64(UnfinishedCount);
        writer.VarInt(VNodes.Count);
        foreach (var vnode in VNodes)
        {
            writer.VarInt(vnode.Value);
        }
    }

    /// <summary>Reads one.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> bytes, out RouteFence? fence)
    {
        fence = null;
        var reader = new ByteReader(bytes);
        var version = reader.U8();
        if (!reader.Failed && version != FormatVersion)
        {
            return ErrorCode.UnsupportedFormat;
        }

        var isKey = RouteKey.TryDecode(reader.Bytes(RouteKey.BytesMax), out var route);
        var revision = new CommandNumber(reader.VarI64());
        var isForced = reader.Bool();
        var unfinished = reader.VarI64();
        var vnodes = new List<VNodeId>();
        for (var count = reader.VarInt(VNodesMax); count > 0 && !reader.Failed; count--)
        {
            vnodes.Add(new VNodeId(reader.VarInt(VNodesMax - 1)));
        }

        if (!reader.AtEnd || !isKey || unfinished < 0)
        {
            return ErrorCode.MalformedFormat;
        }

        fence = new RouteFence(route, revision, isForced, unfinished, vnodes);
        return ErrorCode.None;
    }
}
