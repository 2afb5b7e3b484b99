using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>The payload of one entry: 1 to 65,536 commands in at most 64 KiB, or a single one. Encoded once.</summary>
public sealed class CommandBatch
{
    /// <summary>The version written today.</summary>
    public const byte Version = 1;

    /// <summary>The most bytes of a batch with more than one command.</summary>
    public const int BytesMax = 64 * 1024;

    private const int HeaderBytes = 5;

    /// <summary>No command is shorter: kind, request flag, time, and a floor of two numbers.</summary>
    private const int CommandBytesMin = 5;
    private readonly ByteWriter _writer = new(1024);

    /// <summary>Makes an empty batch.</summary>
    public CommandBatch() => Clear();

    /// <summary>How many commands it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The encoded batch; valid until the next change.</summary>
    public ReadOnlySpan<byte> Payload
    {
        get
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(_writer.PatchAt(1, 4), (uint)Count);
            return _writer.Written;
        }
    }

    /// <summary>Adds a command.</summary>
    /// <returns>False if the batch is full: propose it and begin anew.</returns>
    public bool TryAdd(JobCommand command)
    {
        var before = _writer.Length;
        JobCommandCodec.Write(_writer, command);
        if (Count > 0 && (_writer.Length > BytesMax || Count == CommandNumber.PositionsMax))
        {
            _writer.Truncate(before);
            return false;
        }

        Count++;
        return true;
    }

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        _writer.Clear();
        _writer.U8(Version);
        _writer.U32(0);
        Count = 0;
    }

    /// <summary>Decodes a batch. Bodies are copied.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryDecode(ReadOnlySpan<byte> payload, out IReadOnlyList<JobCommand> commands) =>
        TryDecode((ReadOnlyMemory<byte>)payload.ToArray(), out commands);

    /// <summary>Decodes a batch. Bodies are parts of the payload, not copies.</summary>
    /// <returns><see cref="ErrorCode.None"/>, <see cref="ErrorCode.UnsupportedFormat"/> or
    /// <see cref="ErrorCode.MalformedFormat"/>.</returns>
    public static ErrorCode TryDecode(ReadOnlyMemory<byte> payload, out IReadOnlyList<JobCommand> commands)
    {
        commands = [];
        if (payload.Length < HeaderBytes)
        {
            return ErrorCode.MalformedFormat;
        }

        var reader = new ByteReader(payload.Span);
        if (reader.U8() != Version)
        {
            return ErrorCode.UnsupportedFormat;
        }

        var count = reader.U32();
        if (count is 0 or > CommandNumber.PositionsMax)
        {
            return ErrorCode.MalformedFormat;
        }

        var decoded = new List<JobCommand>((int)Math.Min(count, (uint)payload.Length / CommandBytesMin));
        for (var i = 0; i < count; i++)
        {
            if (JobCommandCodec.Read(payload, ref reader) is not { } command)
            {
                return ErrorCode.MalformedFormat;
            }

            decoded.Add(command);
        }

        commands = reader.AtEnd ? decoded : [];
        return reader.AtEnd ? ErrorCode.None : ErrorCode.MalformedFormat;
    }
}
