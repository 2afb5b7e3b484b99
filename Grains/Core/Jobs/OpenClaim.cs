using System.IO.Hashing;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>An attempt that is committed and not resolved: part of the applied state, kept in memory.</summary>
internal sealed record OpenClaim
{
    public required JobKey Key { get; init; }

    public required CommandNumber Version { get; init; }

    public required CommandNumber Number { get; init; }

    public required int Attempt { get; init; }

    public required DeliveryMode Mode { get; init; }

    public required CommandNumber RouteRevision { get; init; }

    public required int TimeoutMs { get; init; }

    public required int AttemptsMax { get; init; }

    public required UnixMs At { get; init; }

    public required UnixMs SendBy { get; init; }

    /// <summary>Where the job's row stands; it does not move while the claim is open.</summary>
    public required JobPlace Place { get; init; }

    public bool IsStopped { get; init; }

    /// <summary>Its part of the content hash.</summary>
    /// <param name="writer">Is used for the bytes.</param>
    public UInt128 Hash(ByteWriter writer)
    {
        writer.Clear();
        Write(writer);
        return XxHash128.HashToUInt128(writer.Written);
    }

    public void Write(ByteWriter writer)
    {
        writer.Bytes(Key.Bytes);
        writer.VarI64(Version.Value);
        writer.VarI64(Number.Value);
        writer.VarInt(Attempt);
        writer.U8((byte)Mode);
        writer.VarI64(RouteRevision.Value);
        writer.VarInt(TimeoutMs);
        writer.VarInt(AttemptsMax);
        writer.VarI64(At.Value);
        writer.VarI64(SendBy.Value);
        Place.WriteFields(writer);
        writer.Bool(IsStopped);
    }

    public static OpenClaim? Read(ref ByteReader reader)
    {
        var claim = new OpenClaim
        {
            Key = reader.Key(),
            Version = reader.Number(),
            Number = reader.Number(),
            Attempt = reader.VarInt(),
            Mode = (DeliveryMode)reader.Closed(0, (byte)DeliveryMode.AtMostOnce),
            RouteRevision = reader.Number(),
            TimeoutMs = reader.VarInt(),
            AttemptsMax = reader.VarInt(),
            At = new UnixMs(reader.VarI64()),
            SendBy = new UnixMs(reader.VarI64()),
            Place = JobPlace.ReadFields(ref reader),
            IsStopped = reader.Bool(),
        };
        return !reader.Failed ? claim : null;
    }
}
