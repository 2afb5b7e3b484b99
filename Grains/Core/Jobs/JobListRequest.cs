using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>Which jobs of a collection a vnode is to list, in the order of their ids.</summary>
public sealed record JobListRequest
{
    /// <summary>The most rows that one read looks at: it takes a moment of the node's own thread.</summary>
    public const int RowsMaxMax = 1_024;

    /// <summary>The version written today.</summary>
    public const byte FormatVersion = 1;

    /// <summary>The database's name.</summary>
    public required string Database { get; init; }

    /// <summary>The collection's name.</summary>
    public required string Collection { get; init; }

    /// <summary>The job to begin behind; empty for the first page.</summary>
    public JobKey After { get; init; }

    /// <summary>Only jobs in this state; null for any.</summary>
    public JobState? State { get; init; }

    /// <summary>Only jobs of this route; empty for any.</summary>
    public RouteKey Route { get; init; }

    /// <summary>Only jobs that trigger at this time or later.</summary>
    public UnixMs From { get; init; } = new(long.MinValue);

    /// <summary>Only jobs that trigger before.</summary>
    public UnixMs ToExclusive { get; init; } = new(long.MaxValue);

    /// <summary>The most rows to look at: 1 to <see cref="RowsMaxMax"/>.</summary>
    public int RowsMax { get; init; } = 256;

    /// <summary>The most jobs to return, at least 1.</summary>
    public int JobsMax { get; init; } = 256;

    /// <summary>The page ends behind the job with which its bodies reach so many bytes.</summary>
    public int BytesMax { get; init; } = 1024 * 1024;

    /// <summary>Whether a job is wanted.</summary>
    public bool Wants(JobView job)
    {
        var isState = State is null || job.State == State;
        var isRoute = Route.IsEmpty || job.Route == Route;
        return isState && isRoute && job.TriggerTime >= From && job.TriggerTime < ToExclusive;
    }

    /// <summary>Writes the binary form; see docs/formats/job-list.md.</summary>
    public void Write(ByteWriter writer)
    {
        writer.U8(FormatVersion);
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Database));
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Collection));
        writer.Bytes(After.Bytes);
        writer.U8((byte)(State ?? 0));
        writer.Bytes(Route.Bytes);
        writer.VarI64(From.Value);
        writer.VarI64(ToExclusive.Value);
        writer.VarInt(RowsMax);
        writer.VarInt(JobsMax);
        writer.VarInt(BytesMax);
    }

    /// <summary>Reads the binary form.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlySpan<byte> bytes, out JobListRequest? request)
    {
        request = null;
        var reader = new ByteReader(bytes);
        if (reader.U8() != FormatVersion)
        {
            return reader.Failed ? ErrorCode.MalformedFormat : ErrorCode.UnsupportedFormat;
        }

        var read = new JobListRequest
        {
            Database = Name(ref reader),
            Collection = Name(ref reader),
            After = OptionalKey(ref reader),
            State = StateOf(reader.Closed(0, (byte)JobState.Expired)),
            Route = OptionalRoute(ref reader),
            From = new UnixMs(reader.VarI64()),
            ToExclusive = new UnixMs(reader.VarI64()),
            RowsMax = reader.VarInt(RowsMaxMax),
            JobsMax = reader.VarInt(),
            BytesMax = reader.VarInt(),
        };
        var isNamed = read.Database.Length > 0 && read.Collection.Length > 0;
        if (!reader.AtEnd || !isNamed || read.RowsMax == 0 || read.JobsMax == 0)
        {
            return ErrorCode.MalformedFormat;
        }

        request = read;
        return ErrorCode.None;
    }

    private static JobState? StateOf(byte value) => value == 0 ? null : (JobState)value;

    private static string Name(ref ByteReader reader) =>
        System.Text.Encoding.UTF8.GetString(reader.Bytes(JobKey.PartBytesMax));

    private static JobKey OptionalKey(ref ByteReader reader)
    {
        var bytes = reader.Bytes(JobKey.BytesMax);
        if (!JobKey.TryDecode(bytes, out var key) && bytes.Length > 0)
        {
            reader.Fail();
        }

        return key;
    }

    private static RouteKey OptionalRoute(ref ByteReader reader)
    {
        var bytes = reader.Bytes(RouteKey.BytesMax);
        if (!RouteKey.TryDecode(bytes, out var key) && bytes.Length > 0)
        {
            reader.Fail();
        }

        return key;
    }
}
