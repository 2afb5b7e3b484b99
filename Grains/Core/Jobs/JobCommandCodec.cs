using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>The binary form of a command. Form: docs/formats/command.md.</summary>
internal static class JobCommandCodec
{
    public const int MetaBytesMax = JobRequest.MetaBytesMax;

    public static void Write(ByteWriter writer, JobCommand command)
    {
        writer.U8((byte)command.Kind);
        writer.Bool(command.RequestId != RequestId.None);
        if (command.RequestId != RequestId.None)
        {
            writer.U128(command.RequestId.Value);
        }

        writer.VarI64(command.Time.Value);
        switch (command.Kind)
        {
            case JobCommandKind.Create or JobCommandKind.Upsert:
                WriteCreate(writer, command);
                break;
            case JobCommandKind.Cancel or JobCommandKind.RunNow or JobCommandKind.Redrive:
                writer.Bytes(command.Key.Bytes);
                writer.Optional(command.IfMatch);
                break;
            case JobCommandKind.Claim:
                WriteClaim(writer, command);
                break;
            case JobCommandKind.Outcome:
                WriteOutcome(writer, command);
                break;
            case JobCommandKind.Expire or JobCommandKind.RouteGone or JobCommandKind.Refile:
                writer.Bytes(command.Key.Bytes);
                writer.VarI64(command.Version.Value);
                writer.Bool(command.Flag);
                break;
            case JobCommandKind.AdvanceDueFloor:
                writer.VarI64(command.Floor.Value);
                writer.VarI64(command.AsOf.Value);
                break;
            case JobCommandKind.AdvanceFinishedFloor:
                writer.VarI64(command.Floor.Value);
                writer.VarI64(command.DeadFloor.Value);
                break;
            case JobCommandKind.FenceRoute:
                writer.Bytes(command.Route.Bytes);
                writer.VarI64(command.RouteRevision.Value);
                writer.Bool(command.Flag);
                break;
            default:
                Invariant.Fail("unknown command kind");
                break;
        }
    }

    /// <summary>Reads a command; null if it is malformed. The body is a part of the payload, not a copy.</summary>
    public static JobCommand? Read(ReadOnlyMemory<byte> payload, ref ByteReader reader)
    {
        var kind = (JobCommandKind)reader.U8();
        var hasRequest = reader.Bool();
        var requestId = hasRequest ? new RequestId(reader.U128()) : RequestId.None;
        var head = new Head(kind, requestId, new UnixMs(reader.VarI64()));
        var command = kind switch
        {
            JobCommandKind.Create or JobCommandKind.Upsert => ReadCreate(payload, ref reader, head),
            JobCommandKind.Claim => ReadClaim(ref reader, head),
            JobCommandKind.Outcome => ReadOutcome(ref reader, head),
            _ => ReadRare(ref reader, new JobCommand { Kind = kind, RequestId = requestId, Time = head.Time }),
        };
        return reader.Failed ? null : command;
    }

    private static JobCommand? ReadRare(ref ByteReader reader, JobCommand head) => head.Kind switch
    {
        JobCommandKind.Cancel or JobCommandKind.RunNow or JobCommandKind.Redrive =>
            head with { Key = reader.Key(), IfMatch = reader.OptionalNumber() },
        JobCommandKind.Expire or JobCommandKind.RouteGone or JobCommandKind.Refile => head with
        {
            Key = reader.Key(),
            Version = reader.Number(),
            Flag = reader.Bool(),
        },
        JobCommandKind.AdvanceDueFloor => head with
        {
            Floor = new UnixMs(reader.VarI64()),
            AsOf = new LogIndex(reader.VarI64()),
        },
        JobCommandKind.AdvanceFinishedFloor => head with
        {
            Floor = new UnixMs(reader.VarI64()),
            DeadFloor = new UnixMs(reader.VarI64()),
        },
        JobCommandKind.FenceRoute => head with
        {
            Route = reader.Route(),
            RouteRevision = reader.Number(),
            Flag = reader.Bool(),
        },
        _ => null,
    };

    private static void WriteCreate(ByteWriter writer, JobCommand command)
    {
        Invariant.Require(command.Meta.Length <= MetaBytesMax);
        writer.Bytes(command.Key.Bytes);
        writer.VarI64(command.TriggerTime.Value);
        writer.Bytes(command.Route.Bytes);
        writer.VarI64(command.RouteRevision.Value);
        command.Trace.Write(writer, command.Mode);
        writer.Bytes(command.Meta.Span);
        writer.VarI64(command.ExpireAfterMs);
        writer.U128(command.Sameness);
        writer.Optional(command.IfMatch);
    }

    private static JobCommand ReadCreate(
        ReadOnlyMemory<byte> payload, ref ByteReader reader, in Head head) => new()
        {
            Kind = head.Kind,
            RequestId = head.RequestId,
            Time = head.Time,
            Key = reader.Key(),
            TriggerTime = new UnixMs(reader.VarI64()),
            Route = reader.Route(),
            RouteRevision = reader.Number(),
            Mode = TraceContext.ReadMode(ref reader, out var trace),
            Trace = trace,
            Meta = reader.Slice(payload, MetaBytesMax),
            ExpireAfterMs = reader.VarI64(),
            Sameness = reader.U128(),
            IfMatch = reader.OptionalNumber(),
        };

    private static void WriteClaim(ByteWriter writer, JobCommand command)
    {
        writer.Bytes(command.Key.Bytes);
        writer.VarI64(command.Version.Value);
        writer.VarInt(command.Attempt);
        writer.Bytes(command.Route.Bytes);
        writer.VarI64(command.RouteRevision.Value);
        writer.VarI64(command.RouteCreated.Value);
        writer.U8((byte)command.Mode);
        writer.VarInt(command.TimeoutMs);
        writer.VarInt(command.AttemptsMax);
        writer.VarI64(command.Due.Value);
        writer.VarI64(command.SendBy.Value);
        writer.VarI64(command.Claim.Value);
    }

    private static JobCommand ReadClaim(ref ByteReader reader, in Head head) => new()
    {
        Kind = head.Kind,
        RequestId = head.RequestId,
        Time = head.Time,
        Key = reader.Key(),
        Version = reader.Number(),
        Attempt = reader.VarInt(),
        Route = reader.Route(),
        RouteRevision = reader.Number(),
        RouteCreated = reader.Number(),
        Mode = (DeliveryMode)reader.Closed(0, (byte)DeliveryMode.AtMostOnce),
        TimeoutMs = reader.VarInt(),
        AttemptsMax = reader.VarInt(),
        Due = new UnixMs(reader.VarI64()),
        SendBy = new UnixMs(reader.VarI64()),
        Claim = reader.Number(),
    };

    private static void WriteOutcome(ByteWriter writer, JobCommand command)
    {
        writer.Bytes(command.Key.Bytes);
        writer.VarI64(command.Version.Value);
        writer.VarI64(command.Claim.Value);
        writer.U8((byte)command.Outcome);
        writer.VarI64(command.At.Value);
        writer.U16(command.HttpStatus);
        writer.U8((byte)command.Error);
        writer.VarInt(command.DurationMs);
        writer.VarI64(command.Due.Value);
        writer.Bool(command.Flag);
    }

    private static JobCommand ReadOutcome(ref ByteReader reader, in Head head) => new()
    {
        Kind = head.Kind,
        RequestId = head.RequestId,
        Time = head.Time,
        Key = reader.Key(),
        Version = reader.Number(),
        Claim = reader.Number(),
        Outcome = (OutcomeKind)reader.Closed((byte)OutcomeKind.Complete, (byte)OutcomeKind.Abandon),
        At = new UnixMs(reader.VarI64()),
        HttpStatus = reader.U16(),
        Error = (AttemptError)reader.Closed(0, (byte)AttemptError.TargetForbidden),
        DurationMs = reader.VarInt(),
        Due = new UnixMs(reader.VarI64()),
        Flag = reader.Bool(),
    };

    /// <summary>What every command begins with.</summary>
    private readonly record struct Head(JobCommandKind Kind, RequestId RequestId, UnixMs Time);
}
