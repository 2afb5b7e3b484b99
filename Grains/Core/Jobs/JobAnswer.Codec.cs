using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

public readonly partial record struct JobAnswer
{
    /// <summary>The version of the format that is written today.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Writes the binary form.</summary>
    public void Write(ByteWriter writer)
    {
        writer.U8(FormatVersion);
        writer.VarInt((int)Code);
        WriteKept(writer);
        writer.VarI64(UnfinishedCount);
        writer.Bool(View is not null);
        View?.Write(writer);
    }

    /// <summary>Reads the binary form. A body in it is a part of the bytes given, not a copy.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryRead(ReadOnlyMemory<byte> bytes, out JobAnswer answer)
    {
        answer = default;
        var reader = new ByteReader(bytes.Span);
        var version = reader.U8();
        if (!reader.Failed && version != FormatVersion)
        {
            return ErrorCode.UnsupportedFormat;
        }

        var code = (ErrorCode)reader.VarInt(ushort.MaxValue);
        var read = ReadKept(ref reader) with { Code = code, UnfinishedCount = reader.VarI64() };
        read = read with { View = reader.Bool() ? JobView.Read(bytes, ref reader) : null };
        if (!reader.AtEnd)
        {
            return ErrorCode.MalformedFormat;
        }

        answer = read;
        return ErrorCode.None;
    }

    /// <summary>Writes what a job's row keeps of an answer: only of those that were not refused.</summary>
    internal void WriteKept(ByteWriter writer)
    {
        writer.VarI64(Version.Value);
        writer.U8((byte)State);
        writer.Bool(IsNew);
        writer.VarI64(Offset.Value);
        writer.U8((byte)Cancel);
        writer.VarInt(AttemptCount);
    }

    /// <summary>Reads what a job's row keeps of an answer.</summary>
    internal static JobAnswer ReadKept(ref ByteReader reader) => new()
    {
        Version = reader.Number(),
        State = (JobState)reader.Closed(0, (byte)JobState.Expired),
        IsNew = reader.Bool(),
        Offset = new LogIndex(reader.VarI64()),
        Cancel = (CancelResult)reader.Closed(0, (byte)CancelResult.Stopped),
        AttemptCount = reader.VarInt(),
    };
}
