using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>The payload of an entry of the system group. Form: docs/formats/system.md.</summary>
public static class SystemCommandCodec
{
    /// <summary>The version written today.</summary>
    public const byte FormatVersion = 1;

    /// <summary>The most commands of an entry.</summary>
    public const int CommandsMax = 1_024;

    /// <summary>The most changes of one grant.</summary>
    public const int LeasesMax = 4_096;

    /// <summary>Writes an entry.</summary>
    /// <exception cref="InvariantViolationException">None or too many commands.</exception>
    public static void Write(ByteWriter writer, ReadOnlySpan<SystemCommand> commands)
    {
        Invariant.Require(commands.Length is > 0 and <= CommandsMax);
        writer.U8(FormatVersion);
        writer.VarInt(commands.Length);
        foreach (var command in commands)
        {
            Write(writer, command);
        }
    }

    /// <summary>Encodes an entry of one command.</summary>
    public static byte[] Encode(SystemCommand command)
    {
        var writer = new ByteWriter();
        Write(writer, [command]);
        return writer.Written.ToArray();
    }

    /// <summary>Decodes an entry.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryDecode(ReadOnlySpan<byte> payload, out IReadOnlyList<SystemCommand> commands)
    {
        commands = [];
        var reader = new ByteReader(payload);
        var version = reader.U8();
        if (!reader.Failed && version != FormatVersion)
        {
            return ErrorCode.UnsupportedFormat;
        }

        var count = reader.VarInt(CommandsMax);
        var decoded = new List<SystemCommand>();
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            if (Read(ref reader) is { } command)
            {
                decoded.Add(command);
            }
        }

        if (!reader.AtEnd || decoded.Count == 0)
        {
            return ErrorCode.MalformedFormat;
        }

        commands = decoded;
        return ErrorCode.None;
    }

    private static void Write(ByteWriter writer, SystemCommand command)
    {
        writer.U8((byte)command.Kind);
        writer.U128(command.RequestId.Value);
        writer.VarI64(command.Time.Value);
        switch (command.Kind)
        {
            case SystemCommandKind.PutRoute:
                RouteCodec.Write(writer, command.Route!);
                WriteOptional(writer, command.IfMatch);
                break;
            case SystemCommandKind.MarkRouteDeleting or SystemCommandKind.PauseRoute or SystemCommandKind.ResumeRoute
                or SystemCommandKind.FinishRouteDelete or SystemCommandKind.UndoRouteDelete:
                writer.Bytes(command.Key.Bytes);
                WriteOptional(writer, command.IfMatch);
                writer.Bool(command.IsForced);
                writer.VarI64(command.UnfinishedCount);
                break;
            case SystemCommandKind.AdmitNode or SystemCommandKind.RetireNode:
                writer.Bytes(System.Text.Encoding.UTF8.GetBytes(command.Name));
                writer.VarInt(command.Node.Value);
                writer.U64(command.Incarnation);
                writer.VarI64(command.SilentMs);
                break;
            case SystemCommandKind.GrantLeases:
                WriteLeases(writer, command);
                break;
            default:
                Invariant.Fail("unknown command kind");
                break;
        }
    }

    private static SystemCommand? Read(ref ByteReader reader)
    {
        var head = new SystemCommand
        {
            Kind = (SystemCommandKind)reader.U8(),
            RequestId = new RequestId(reader.U128()),
            Time = new UnixMs(reader.VarI64()),
        };
        switch (head.Kind)
        {
            case SystemCommandKind.PutRoute:
                return head with { Route = RouteCodec.Read(ref reader), IfMatch = ReadOptional(ref reader) };
            case SystemCommandKind.MarkRouteDeleting or SystemCommandKind.PauseRoute or SystemCommandKind.ResumeRoute
                or SystemCommandKind.FinishRouteDelete or SystemCommandKind.UndoRouteDelete:
                return head with
                {
                    Key = ReadRoute(ref reader),
                    IfMatch = ReadOptional(ref reader),
                    IsForced = reader.Bool(),
                    UnfinishedCount = reader.VarI64(),
                };
            case SystemCommandKind.AdmitNode or SystemCommandKind.RetireNode:
                return head with
                {
                    Name = System.Text.Encoding.UTF8.GetString(reader.Bytes(NodeRecord.NameBytesMax)),
                    Node = new NodeId(reader.VarInt(ushort.MaxValue)),
                    Incarnation = reader.U64(),
                    SilentMs = reader.VarI64(),
                };
            case SystemCommandKind.GrantLeases:
                return head with { Grant = reader.VarI64(), Leases = ReadLeases(ref reader) };
            default:
                reader.Fail();
                return null;
        }
    }

    private static void WriteLeases(ByteWriter writer, SystemCommand command)
    {
        Invariant.Require(command.Leases.Count <= LeasesMax);
        writer.VarI64(command.Grant);
        writer.VarInt(command.Leases.Count);
        foreach (var lease in command.Leases)
        {
            writer.Bytes(lease.Route.Bytes);
            writer.VarInt(lease.Node.Value);
            writer.U64(lease.Session);
            writer.VarInt(lease.Slots);
            writer.VarInt(lease.Rate);
        }
    }

    private static List<LeaseChange> ReadLeases(ref ByteReader reader)
    {
        var leases = new List<LeaseChange>();
        var count = reader.VarInt(LeasesMax);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            leases.Add(new LeaseChange(
                ReadRoute(ref reader),
                new NodeId(reader.VarInt(ushort.MaxValue)),
                reader.U64(),
                reader.VarInt(RouteLimits.ConcurrencyMax),
                reader.VarInt(RouteLimits.RatePerSecondMax)));
        }

        return leases;
    }

    private static RouteKey ReadRoute(ref ByteReader reader)
    {
        if (!RouteKey.TryDecode(reader.Bytes(RouteKey.BytesMax), out var key))
        {
            reader.Fail();
        }

        return key;
    }

    private static void WriteOptional(ByteWriter writer, CommandNumber? number)
    {
        writer.Bool(number is not null);
        if (number is { } value)
        {
            writer.VarI64(value.Value);
        }
    }

    private static CommandNumber? ReadOptional(ref ByteReader reader) =>
        reader.Bool() ? new CommandNumber(reader.VarI64()) : null;
}
