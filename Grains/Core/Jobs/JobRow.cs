using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>A request id that a job remembers, with the answer that a repeat of it gets.</summary>
internal readonly record struct RememberedRequest(RequestId Id, UnixMs Time, JobAnswer Answer);

/// <summary>
/// One job as its row holds it: whole while it is unfinished, dead or unknown, else a stub without its body.
/// </summary>
internal sealed record JobRow
{
    public const byte FormatVersion = 1;
    private const int AttemptsMax = 1_024;
    private const int RequestsMax = 1_024 + JobOptions.CancelsReserve;

    public JobState State { get; init; }

    public CommandNumber Version { get; init; }

    public UnixMs TriggerTime { get; init; }

    public UnixMs Due { get; init; }

    public UnixMs CreatedAt { get; init; }

    public RouteKey Route { get; init; }

    /// <summary>The route's revision known when the job was accepted: an older life of the route is not this job's.
    /// </summary>
    public CommandNumber RouteRevision { get; init; }

    public DeliveryMode Mode { get; init; }

    public long ExpireAfterMs { get; init; }

    public UInt128 Sameness { get; init; }

    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>The trace that asked for it.</summary>
    public TraceContext Trace { get; init; }

    /// <summary>Attempts that are recorded; an open claim is one more.</summary>
    public int AttemptCount { get; init; }

    /// <summary>Attempts that count against the route's attempts_max.</summary>
    public int FailedCount { get; init; }

    public bool InBacklog { get; init; }

    public UnixMs FinishedAt { get; init; }

    public ushort LastStatus { get; init; }

    public long LatenessMs { get; init; }

    /// <summary>The claim that finished it. Of an unknown job: its late outcome is still welcome.</summary>
    public CommandNumber LastClaim { get; init; }

    public IReadOnlyList<AttemptRecord> Attempts { get; init; } = [];

    public IReadOnlyList<RememberedRequest> Requests { get; init; } = [];

    /// <summary>Whether it waits for an attempt, or one is under way.</summary>
    public bool IsUnfinished => IsLive(State);

    /// <summary>Whether the body is kept for a redrive.</summary>
    public bool KeepsBody => IsKept(State);

    public static bool IsLive(JobState state) => state is JobState.Scheduled or JobState.Retrying;

    public static bool IsKept(JobState state) => state is JobState.Dead or JobState.Unknown;

    /// <summary>Whether what became of its attempts is kept.</summary>
    public static bool KeepsAttempts(JobState state) => IsLive(state) || IsKept(state);

    public UnixMs ExpiresAt => ExpireAfterMs == 0 ? default : TriggerTime + ExpireAfterMs;

    public void Write(ByteWriter writer)
    {
        writer.U8(FormatVersion);
        writer.U8((byte)State);
        writer.VarI64(FinishedAt.Value);
        writer.VarI64(Version.Value);
        writer.VarI64(TriggerTime.Value);
        writer.VarI64(Due.Value);
        writer.VarI64(CreatedAt.Value);
        writer.Bytes(Route.Bytes);
        writer.VarI64(RouteRevision.Value);
        Trace.Write(writer, Mode);
        writer.VarI64(ExpireAfterMs);
        writer.U128(Sameness);
        writer.Bytes(Meta.Span);
        writer.VarInt(AttemptCount);
        writer.VarInt(FailedCount);
        writer.Bool(InBacklog);
        writer.U16(LastStatus);
        writer.VarI64(LatenessMs);
        writer.VarI64(LastClaim.Value);
        WriteLists(writer);
    }

    /// <summary>
    /// Decodes a row; null if it is malformed or of a newer version. The body is a part of the value, not a copy.
    /// </summary>
    public static JobRow? Decode(ReadOnlyMemory<byte> value)
    {
        var reader = new ByteReader(value.Span);
        if (reader.U8() != FormatVersion)
        {
            return null;
        }

        var row = new JobRow
        {
            State = (JobState)reader.Closed((byte)JobState.Scheduled, (byte)JobState.Expired),
            FinishedAt = new UnixMs(reader.VarI64()),
            Version = new CommandNumber(reader.VarI64()),
            TriggerTime = new UnixMs(reader.VarI64()),
            Due = new UnixMs(reader.VarI64()),
            CreatedAt = new UnixMs(reader.VarI64()),
            Route = reader.Route(),
            RouteRevision = new CommandNumber(reader.VarI64()),
            Mode = TraceContext.ReadMode(ref reader, out var trace),
            Trace = trace,
            ExpireAfterMs = reader.VarI64(),
            Sameness = reader.U128(),
            Meta = reader.Slice(value, JobCommandCodec.MetaBytesMax),
            AttemptCount = reader.VarInt(),
            FailedCount = reader.VarInt(),
            InBacklog = reader.Bool(),
            LastStatus = reader.U16(),
            LatenessMs = reader.VarI64(),
            LastClaim = new CommandNumber(reader.VarI64()),
            Attempts = ReadAttempts(ref reader),
            Requests = ReadRequests(ref reader),
        };
        return reader.AtEnd ? row : null;
    }

    /// <summary>Reads only what decides whether the row's retention is over.</summary>
    /// <returns>False if the row is malformed or of a newer version.</returns>
    public static bool TryReadEnd(ReadOnlySpan<byte> value, out JobState state, out UnixMs finishedAt)
    {
        var reader = new ByteReader(value);
        var version = reader.U8();
        state = (JobState)reader.Closed((byte)JobState.Scheduled, (byte)JobState.Expired);
        finishedAt = new UnixMs(reader.VarI64());
        return version == FormatVersion && !reader.Failed;
    }

    private void WriteLists(ByteWriter writer)
    {
        writer.VarInt(Attempts.Count);
        foreach (var attempt in Attempts)
        {
            writer.Attempt(attempt);
        }

        writer.VarInt(Requests.Count);
        foreach (var request in Requests)
        {
            writer.U128(request.Id.Value);
            writer.VarI64(request.Time.Value);
            request.Answer.WriteKept(writer);
        }
    }

    private static IReadOnlyList<AttemptRecord> ReadAttempts(ref ByteReader reader)
    {
        var count = reader.VarInt(AttemptsMax);
        if (count == 0)
        {
            return Array.Empty<AttemptRecord>();
        }

        var attempts = new List<AttemptRecord>();
        for (; count > 0 && !reader.Failed; count--)
        {
            attempts.Add(reader.Attempt());
        }

        return attempts;
    }

    private static IReadOnlyList<RememberedRequest> ReadRequests(ref ByteReader reader)
    {
        var count = reader.VarInt(RequestsMax);
        if (count == 0)
        {
            return Array.Empty<RememberedRequest>();
        }

        var requests = new List<RememberedRequest>(Math.Min(count, 4));
        for (; count > 0 && !reader.Failed; count--)
        {
            requests.Add(new RememberedRequest(
                new RequestId(reader.U128()), new UnixMs(reader.VarI64()), JobAnswer.ReadKept(ref reader)));
        }

        return requests;
    }
}
