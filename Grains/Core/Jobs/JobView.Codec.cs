using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

public sealed partial record JobView
{
    /// <summary>The most attempts that the binary form carries.</summary>
    private const int AttemptsMax = 1024;

    internal void Write(ByteWriter writer)
    {
        writer.Bytes(Key.Bytes);
        writer.U8((byte)State);
        writer.VarI64(Version.Value);
        writer.VarI64(TriggerTime.Value);
        writer.VarI64(Due.Value);
        writer.VarI64(CreatedAt.Value);
        writer.Bytes(Route.Bytes);
        writer.U8((byte)Mode);
        writer.VarI64(ExpireAfterMs);
        writer.Bytes(Meta.Span);
        writer.VarInt(AttemptCount);
        writer.U16(LastStatus);
        writer.VarI64(LatenessMs);
        writer.Bool(IsStopped);
        writer.VarInt(Attempts.Count);
        foreach (var attempt in Attempts)
        {
            writer.Attempt(attempt);
        }
    }

    internal static JobView Read(ReadOnlyMemory<byte> bytes, ref ByteReader reader) => new()
    {
        Key = reader.Key(),
        State = (JobState)reader.Closed((byte)JobState.Scheduled, (byte)JobState.Expired),
        Version = reader.Number(),
        TriggerTime = new UnixMs(reader.VarI64()),
        Due = new UnixMs(reader.VarI64()),
        CreatedAt = new UnixMs(reader.VarI64()),
        Route = reader.Route(),
        Mode = (DeliveryMode)reader.Closed(0, (byte)DeliveryMode.AtMostOnce),
        ExpireAfterMs = reader.VarI64(),
        Meta = reader.Slice(bytes, JobRequest.MetaBytesMax),
        AttemptCount = reader.VarInt(),
        LastStatus = reader.U16(),
        LatenessMs = reader.VarI64(),
        IsStopped = reader.Bool(),
        Attempts = ReadAttempts(ref reader),
    };

    private static List<AttemptRecord> ReadAttempts(ref ByteReader reader)
    {
        var attempts = new List<AttemptRecord>();
        for (var count = reader.VarInt(AttemptsMax); count > 0 && !reader.Failed; count--)
        {
            attempts.Add(reader.Attempt());
        }

        return attempts;
    }
}
