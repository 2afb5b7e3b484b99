using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

public sealed partial record JobRequest
{
    /// <summary>The version written today.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Writes the binary form.</summary>
    public void Write(ByteWriter writer)
    {
        Invariant.Require(Meta.Length <= MetaBytesMax);
        writer.U8(FormatVersion);
        writer.U8((byte)Kind);
        writer.Bytes(Key.Bytes);
        writer.U128(RequestId.Value);
        writer.Bool(TriggerTime is not null);
        writer.VarI64(TriggerTime?.Value ?? DelayMs);
        writer.Bytes(Route.Bytes);
        writer.VarI64(RouteRevision.Value);
        Trace.Write(writer, Mode);
        writer.Bytes(Meta.Span);
        writer.VarI64(ExpireAfterMs);
        writer.Optional(IfMatch);
    }

    /// <summary>Reads the binary form. The body is a part of the bytes given, not a copy.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlyMemory<byte> bytes, out JobRequest? request)
    {
        request = null;
        var reader = new ByteReader(bytes.Span);
        var version = reader.U8();
        if (!reader.Failed && version != FormatVersion)
        {
            return ErrorCode.UnsupportedFormat;
        }

        var read = ReadFields(bytes, ref reader);
        request = reader.AtEnd ? read : null;
        return request is null ? ErrorCode.MalformedFormat : ErrorCode.None;
    }

    private static JobRequest ReadFields(ReadOnlyMemory<byte> bytes, ref ByteReader reader)
    {
        var kind = (JobRequestKind)reader.Closed((byte)JobRequestKind.Create, (byte)JobRequestKind.Redrive);
        var key = reader.Key();
        var requestId = new RequestId(reader.U128());
        var isTriggerTime = reader.Bool();
        var time = reader.VarI64();
        var routeBytes = reader.Bytes(RouteKey.BytesMax);
        var isRoute = RouteKey.TryDecode(routeBytes, out var route);
        if (!isRoute && routeBytes.Length > 0)
        {
            reader.Fail();
        }

        return new JobRequest
        {
            Kind = kind,
            Key = key,
            RequestId = requestId,
            TriggerTime = isTriggerTime ? new UnixMs(time) : null,
            DelayMs = isTriggerTime ? 0 : time,
            Route = route,
            RouteRevision = reader.Number(),
            Mode = TraceContext.ReadMode(ref reader, out var trace),
            Trace = trace,
            Meta = reader.Slice(bytes, MetaBytesMax),
            ExpireAfterMs = reader.VarI64(),
            IfMatch = reader.OptionalNumber(),
        };
    }
}
