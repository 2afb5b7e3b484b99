using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <summary>The binary form of lease requests and responses. Form: docs/formats/system.md.</summary>
public static class LeaseCodec
{
    /// <summary>The version written today.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Writes a request.</summary>
    public static void Write(ByteWriter writer, LeaseRequest request)
    {
        writer.U8(FormatVersion);
        writer.VarInt(request.Node.Value);
        writer.U64(request.Incarnation);
        writer.U64(request.Session);
        writer.VarI64(request.Sequence);
        writer.VarI64(request.AdoptedTerm.Value);
        writer.VarI64(request.AdoptedSequence);
        writer.VarI64(request.RouteRevision.Value);
        writer.VarInt(request.Demands.Count);
        foreach (var demand in request.Demands)
        {
            writer.Bytes(demand.Route.Bytes);
            writer.VarInt(demand.InUse);
            writer.VarInt(demand.WantedSlots);
            writer.VarInt(demand.WantedRate);
            writer.Bool(demand.IsStarved);
        }
    }

    /// <summary>Writes a response.</summary>
    public static void Write(ByteWriter writer, LeaseResponse response)
    {
        writer.U8(FormatVersion);
        writer.VarInt(response.Node.Value);
        writer.U64(response.Session);
        writer.VarI64(response.Sequence);
        writer.U16((ushort)response.Code);
        writer.VarI64(response.Term.Value);
        writer.VarI64(response.RouteRevision.Value);
        writer.VarInt(response.Grants.Count);
        foreach (var grant in response.Grants)
        {
            writer.Bytes(grant.Route.Bytes);
            writer.VarInt(grant.Slots);
            writer.VarInt(grant.Rate);
        }
    }

    /// <summary>Reads a request.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> bytes, out LeaseRequest? request)
    {
        request = null;
        var reader = new ByteReader(bytes);
        if (CheckVersion(ref reader) is var code and not ErrorCode.None)
        {
            return code;
        }

        var read = new LeaseRequest
        {
            Node = new NodeId(reader.VarInt(ushort.MaxValue)),
            Incarnation = reader.U64(),
            Session = reader.U64(),
            Sequence = reader.VarI64(),
            AdoptedTerm = new Term(reader.VarI64()),
            AdoptedSequence = reader.VarI64(),
            RouteRevision = new CommandNumber(reader.VarI64()),
            Demands = ReadDemands(ref reader),
        };
        request = reader.AtEnd ? read : null;
        return reader.AtEnd ? ErrorCode.None : ErrorCode.MalformedFormat;
    }

    /// <summary>Reads a response.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> bytes, out LeaseResponse? response)
    {
        response = null;
        var reader = new ByteReader(bytes);
        if (CheckVersion(ref reader) is var code and not ErrorCode.None)
        {
            return code;
        }

        var read = new LeaseResponse
        {
            Node = new NodeId(reader.VarInt(ushort.MaxValue)),
            Session = reader.U64(),
            Sequence = reader.VarI64(),
            Code = (ErrorCode)reader.U16(),
            Term = new Term(reader.VarI64()),
            RouteRevision = new CommandNumber(reader.VarI64()),
            Grants = ReadGrants(ref reader),
        };
        response = reader.AtEnd ? read : null;
        return reader.AtEnd ? ErrorCode.None : ErrorCode.MalformedFormat;
    }

    private static ErrorCode CheckVersion(ref ByteReader reader)
    {
        var version = reader.U8();
        if (reader.Failed)
        {
            return ErrorCode.MalformedFormat;
        }

        return version == FormatVersion ? ErrorCode.None : ErrorCode.UnsupportedFormat;
    }

    private static List<LeaseDemand> ReadDemands(ref ByteReader reader)
    {
        var demands = new List<LeaseDemand>();
        var count = reader.VarInt(LeaseRequest.RoutesMax);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            demands.Add(new LeaseDemand(
                ReadRoute(ref reader),
                reader.VarInt(RouteLimits.ConcurrencyMax),
                reader.VarInt(RouteLimits.ConcurrencyMax),
                reader.VarInt(RouteLimits.RatePerSecondMax),
                reader.Bool()));
        }

        return demands;
    }

    private static List<LeaseGrant> ReadGrants(ref ByteReader reader)
    {
        var grants = new List<LeaseGrant>();
        var count = reader.VarInt(LeaseRequest.RoutesMax);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            grants.Add(new LeaseGrant(
                ReadRoute(ref reader),
                reader.VarInt(RouteLimits.ConcurrencyMax),
                reader.VarInt(RouteLimits.RatePerSecondMax)));
        }

        return grants;
    }

    private static RouteKey ReadRoute(ref ByteReader reader)
    {
        if (!RouteKey.TryDecode(reader.Bytes(RouteKey.BytesMax), out var route))
        {
            reader.Fail();
        }

        return route;
    }
}
