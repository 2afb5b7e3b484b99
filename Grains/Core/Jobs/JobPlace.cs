using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>
/// Where an unfinished job's row stands: in due order, or in the due order of its route's backlog. What is due together
/// lies together, so that triggering reads rows in a sweep and never one by one.
/// </summary>
/// <param name="Due">When its next attempt is due.</param>
/// <param name="Backlog">The route whose backlog it is in; empty if it is in none.</param>
internal readonly record struct JobPlace(UnixMs Due, RouteKey Backlog)
{
    /// <summary>Stands where a row has its state, and is none.</summary>
    private const byte Elsewhere = 0;

    public static JobPlace Of(JobRow row) => new(row.Due, row.InBacklog ? row.Route : default);

    /// <summary>Writes the row's key.</summary>
    /// <returns>What was written; valid until the writer's next change.</returns>
    public ReadOnlySpan<byte> WriteKey(ByteWriter writer, JobKey job)
    {
        writer.Clear();
        if (Backlog.IsEmpty)
        {
            writer.U8(RowKeys.DueSpace);
        }
        else
        {
            RowKeys.WriteBacklogPrefix(writer, Backlog);
        }

        RowKeys.WriteOrdered(writer, Due);
        writer.Raw(job.Bytes);
        return writer.Written;
    }

    /// <summary>Writes what the jobs space holds in place of the row.</summary>
    public void Write(ByteWriter writer)
    {
        writer.U8(JobRow.FormatVersion);
        writer.U8(Elsewhere);
        WriteFields(writer);
    }

    /// <summary>Reads a value of the jobs space.</summary>
    /// <returns>False if it is no place: a finished job's row, or malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out JobPlace place)
    {
        place = default;
        var reader = new ByteReader(value);
        if (reader.U8() != JobRow.FormatVersion || reader.U8() != Elsewhere)
        {
            return false;
        }

        place = ReadFields(ref reader);
        return reader.AtEnd;
    }

    public void WriteFields(ByteWriter writer)
    {
        writer.VarI64(Due.Value);
        writer.Bool(!Backlog.IsEmpty);
        if (!Backlog.IsEmpty)
        {
            writer.Bytes(Backlog.Bytes);
        }
    }

    public static JobPlace ReadFields(ref ByteReader reader)
    {
        var due = new UnixMs(reader.VarI64());
        return new JobPlace(due, reader.Bool() ? reader.Route() : default);
    }
}
