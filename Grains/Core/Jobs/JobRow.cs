using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>A request id that a job remembers, with the answer that a repeat of it gets.</summary>
internal readonly record struct RememberedRequest(RequestId Id, UnixMs Time, JobAnswer Answer);

/// <summary>One job as its row holds it: whole while it is unfinished, dead or unknown, else a stub without its body.</summary>
internal sealed record JobRow
{
    public const byte FormatVersion = 1;
    private const int AttemptsMax = 1_024;
    private const int RequestsMax = 1_024;

    public JobState State { get; init; }

    public CommandNumber Version { get; init; }

    public UnixMs TriggerTime { get; init; }

    public UnixMs Due { get; init; }

    public UnixMs CreatedAt { get; init; }

    public RouteKey Route { get; init; }

    public DeliveryMode Mode { get; init; }

    public long ExpireAfterMs { get; init; }

    public UInt128 Sameness { get; init; }

    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>Attempts that are recorded; an open claim is one more.</summary>
    public int AttemptCount { get; init; }

    /// <summary>Attempts that count against the route's attempts_max.</summary>
    public int FailedCount { get; init; }

    public bool InBacklog { get; init; }

    public UnixMs FinishedAt { get; init; }

    public ushort LastStatus { get; init; }

    public long LatenessMs { get; init; }

    /// <summary>Of an unknown job: the claim whose late outcome is still welcome.</summary>
    public CommandNumber LastClaim { get; init; }

    public IReadOnlyList<AttemptRecord> Attempts { get; init; } = [];

    public IReadOnlyList<RememberedRequest> Requests { get; init; } = [];

    /// <summary>Whether it waits for an attempt, or one is under way.</summary>
    public bool IsUnfinished => State is JobState.Scheduled or JobState.Retrying;

    /// <summary>Whether the body is kept for a redrive.</summary>
    public bool KeepsBody => State is JobState.Dead or JobState.Unknown;

    public UnixMs ExpiresAt => ExpireAfterMs == 0 ? default : TriggerTime + ExpireAfterMs;

    public byte[] Encode()
    {
        var writer = new ByteWriter(128 + Meta.Length);
        writer.U8(FormatVersion);
        writer.U8((byte)State);
        writer.VarI64(Version.Value);
        writer.VarI64(TriggerTime.Value);
        writer.VarI64(Due.Value);
        writer.VarI64(CreatedAt.Value);
        writer.Bytes(Route.Bytes);
        writer.U8((byte)Mode);
        writer.VarI64(ExpireAfterMs);
        writer.U128(Sameness);
        writer.Bytes(Meta.Span);
        writer.VarInt(AttemptCount);
        writer.VarInt(FailedCount);
        writer.Bool(InBacklog);
        writer.VarI64(FinishedAt.Value);
        writer.U16(LastStatus);
        writer.VarI64(LatenessMs);
        writer.VarI64(LastClaim.Value);
        WriteLists(writer);
        return writer.Written.ToArray();
    }

    /// <summary>Decodes a row; null if it is malformed or of a newer version.</summary>
    public static JobRow? Decode(ReadOnlySpan<byte> value)
    {
        var reader = new ByteReader(value);
        if (reader.U8() != FormatVersion)
        {
            return null;
        }

        var row = new JobRow
        {
            State = (JobState)reader.U8(),
            Version = new CommandNumber(reader.VarI64()),
            TriggerTime = new UnixMs(reader.VarI64()),
            Due = new UnixMs(reader.VarI64()),
            CreatedAt = new UnixMs(reader.VarI64()),
            Route = ReadRoute(ref reader),
            Mode = (DeliveryMode)reader.U8(),
            ExpireAfterMs = reader.VarI64(),
            Sameness = reader.U128(),
            Meta = reader.Bytes(JobCommandCodec.MetaBytesMax).ToArray(),
            AttemptCount = reader.VarInt(),
            FailedCount = reader.VarInt(),
            InBacklog = reader.Bool(),
            FinishedAt = new UnixMs(reader.VarI64()),
            LastStatus = reader.U16(),
            LatenessMs = reader.VarI64(),
            LastClaim = new CommandNumber(reader.VarI64()),
            Attempts = ReadAttempts(ref reader),
            Requests = ReadRequests(ref reader),
        };
        return reader.AtEnd ? row : null;
    }

    private void WriteLists(ByteWriter writer)
    {
        writer.VarInt(Attempts.Count);
        foreach (var attempt in Attempts)
        {
            writer.VarInt(attempt.Number);
            writer.VarI64(attempt.At.Value);
            writer.U16(attempt.HttpStatus);
            writer.U8((byte)attempt.Error);
            writer.VarInt(attempt.DurationMs);
        }

        writer.VarInt(Requests.Count);
        foreach (var request in Requests)
        {
            writer.U128(request.Id.Value);
            writer.VarI64(request.Time.Value);
            writer.Bool(request.Answer.IsNew);
            writer.VarI64(request.Answer.Version.Value);
            writer.U8((byte)request.Answer.State);
            writer.VarI64(request.Answer.Offset.Value);
            writer.U8((byte)request.Answer.Cancel);
            writer.VarInt(request.Answer.AttemptCount);
        }
    }

    private static List<AttemptRecord> ReadAttempts(ref ByteReader reader)
    {
        var attempts = new List<AttemptRecord>();
        for (var count = reader.VarInt(AttemptsMax); count > 0 && !reader.Failed; count--)
        {
            attempts.Add(new AttemptRecord(
                reader.VarInt(),
                new UnixMs(reader.VarI64()),
                reader.U16(),
                (AttemptError)reader.U8(),
                reader.VarInt()));
        }

        return attempts;
    }

    private static List<RememberedRequest> ReadRequests(ref ByteReader reader)
    {
        var requests = new List<RememberedRequest>();
        for (var count = reader.VarInt(RequestsMax); count > 0 && !reader.Failed; count--)
        {
            var id = new RequestId(reader.U128());
            var time = new UnixMs(reader.VarI64());
            var isNew = reader.Bool();
            var answer = new JobAnswer(ErrorCode.None, new CommandNumber(reader.VarI64()), (JobState)reader.U8())
            {
                IsNew = isNew,
                Offset = new LogIndex(reader.VarI64()),
                Cancel = (CancelResult)reader.U8(),
                AttemptCount = reader.VarInt(),
            };
            requests.Add(new RememberedRequest(id, time, answer));
        }

        return requests;
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
