using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>Reads and writes the fields that the forms of jobs, commands and answers share.</summary>
internal static class JobFields
{
    public static JobKey Key(this ref ByteReader reader)
    {
        if (!JobKey.TryDecode(reader.Bytes(JobKey.BytesMax), out var key))
        {
            reader.Fail();
        }

        return key;
    }

    public static RouteKey Route(this ref ByteReader reader)
    {
        if (!RouteKey.TryDecode(reader.Bytes(RouteKey.BytesMax), out var key))
        {
            reader.Fail();
        }

        return key;
    }

    public static CommandNumber Number(this ref ByteReader reader) => new(reader.VarI64());

    public static CommandNumber? OptionalNumber(this ref ByteReader reader) => reader.Bool() ? reader.Number() : null;

    /// <summary>Reads a byte of a closed set; outside of it fails.</summary>
    public static byte Closed(this ref ByteReader reader, byte first, byte last)
    {
        var value = reader.U8();
        if (value < first || value > last)
        {
            reader.Fail();
        }

        return value;
    }

    /// <summary>Reads a length and that many bytes as a part of the memory that the reader is over.</summary>
    public static ReadOnlyMemory<byte> Slice(this ref ByteReader reader, ReadOnlyMemory<byte> whole, int bytesMax)
    {
        var length = reader.Bytes(bytesMax).Length;
        return whole.Slice(reader.Position - length, length);
    }

    public static AttemptRecord Attempt(this ref ByteReader reader) => new(
        reader.VarInt(),
        new UnixMs(reader.VarI64()),
        reader.U16(),
        (AttemptError)reader.Closed(0, (byte)AttemptError.TargetForbidden),
        reader.VarInt());

    public static void Optional(this ByteWriter writer, CommandNumber? number)
    {
        writer.Bool(number is not null);
        if (number is { } value)
        {
            writer.VarI64(value.Value);
        }
    }

    public static void Attempt(this ByteWriter writer, in AttemptRecord attempt)
    {
        writer.VarInt(attempt.Number);
        writer.VarI64(attempt.At.Value);
        writer.U16(attempt.HttpStatus);
        writer.U8((byte)attempt.Error);
        writer.VarInt(attempt.DurationMs);
    }
}
