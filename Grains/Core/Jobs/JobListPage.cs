using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>What a vnode has of a list.</summary>
/// <param name="Jobs">The jobs, in the order of their ids.</param>
/// <param name="Next">The job that the next page begins behind; empty if the vnode has no more.</param>
public sealed record JobListPage(IReadOnlyList<JobView> Jobs, JobKey Next)
{
    /// <summary>The version written today.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Writes the binary form; see docs/formats/job-list.md.</summary>
    public void Write(ByteWriter writer)
    {
        writer.U8(FormatVersion);
        writer.Bytes(Next.Bytes);
        writer.VarInt(Jobs.Count);
        foreach (var job in Jobs)
        {
            job.Write(writer);
        }
    }

    /// <summary>Reads the binary form. Bodies in it are parts of the bytes given, not copies.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlyMemory<byte> bytes, out JobListPage? page)
    {
        page = null;
        var reader = new ByteReader(bytes.Span);
        if (reader.U8() != FormatVersion)
        {
            return reader.Failed ? ErrorCode.MalformedFormat : ErrorCode.UnsupportedFormat;
        }

        var nextBytes = reader.Bytes(JobKey.BytesMax);
        if (!JobKey.TryDecode(nextBytes, out var next) && nextBytes.Length > 0)
        {
            reader.Fail();
        }

        var jobs = new List<JobView>();
        for (var count = reader.VarInt(JobListRequest.RowsMaxMax); count > 0 && !reader.Failed; count--)
        {
            jobs.Add(JobView.Read(bytes, ref reader));
        }

        if (!reader.AtEnd)
        {
            return ErrorCode.MalformedFormat;
        }

        page = new JobListPage(jobs, next);
        return ErrorCode.None;
    }
}
