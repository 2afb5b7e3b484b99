using System.Buffers;
using System.Buffers.Binary;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>
/// Where a request stands in a distributed trace: kept with a job from its create to its deliveries. Source: W3C Trace
/// Context, level 1, header <c>traceparent</c>.
/// </summary>
/// <param name="TraceId">The trace; 0 if there is none.</param>
/// <param name="ParentId">The span that asked; not 0 in a trace.</param>
/// <param name="Flags">Bit 0: the caller records the trace.</param>
public readonly record struct TraceContext(UInt128 TraceId, ulong ParentId, byte Flags)
{
    /// <summary>The length of the form of version 00, in characters.</summary>
    public const int TextLength = 55;
    private const int TraceMark = 0x80;
    private const int ParentAt = 36;
    private const int FlagsAt = 53;
    private const int TraceAt = 3;
    private const string Forbidden = "ff";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether there is none.</summary>
    public bool IsNone => TraceId == 0;

    /// <summary>Reads a <c>traceparent</c>. As the source asks, one that is not understood is as good as none, and of a
    /// newer version the known part is read.</summary>
    /// <param name="text">The header's value.</param>
    /// <param name="context">What it says.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TraceContext context)
    {
        context = default;
        if (text.Length < TextLength || text[2] != '-' || text[ParentAt - 1] != '-' || text[FlagsAt - 1] != '-')
        {
            return false;
        }

        var isKnown = text[..2] is "00";
        var isLonger = text.Length > TextLength;
        if (isKnown ? isLonger : text[..2] is Forbidden || (isLonger && text[TextLength] != '-'))
        {
            return false;
        }

        if (!TryHex(text[..2], out UInt128 _)
            || !TryHex(text[TraceAt..(ParentAt - 1)], out var trace)
            || !TryHex(text[ParentAt..(FlagsAt - 1)], out var parent)
            || !TryHex(text[FlagsAt..TextLength], out var flags)
            || trace == 0 || parent == 0)
        {
            return false;
        }

        // What later versions say by the other flags is not ours to repeat.
        context = new TraceContext(trace, (ulong)parent, (byte)((byte)flags & 1));
        return true;
    }

    /// <summary>The header's value; of none, the empty text.</summary>
    public override string ToString()
    {
        if (IsNone)
        {
            return "";
        }

        Span<byte> bytes = stackalloc byte[16 + 8 + 1];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, TraceId);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], ParentId);
        bytes[^1] = Flags;
        return $"00-{Hex(bytes[..16])}-{Hex(bytes[16..24])}-{Hex(bytes[24..])}";
    }

    /// <summary>Writes the mode of a job, with <see cref="TraceMark"/> if a trace follows.</summary>
    internal void Write(ByteWriter writer, DeliveryMode mode)
    {
        writer.U8((byte)((byte)mode | (IsNone ? 0 : TraceMark)));
        if (!IsNone)
        {
            writer.U128(TraceId);
            writer.U64(ParentId);
            writer.U8(Flags);
        }
    }

    /// <summary>Reads the mode of a job, and the trace if one follows.</summary>
    internal static DeliveryMode ReadMode(ref ByteReader reader, out TraceContext trace)
    {
        var mark = reader.U8();
        trace = (mark & TraceMark) == 0 ? default : new TraceContext(reader.U128(), reader.U64(), reader.U8());
        var mode = (byte)(mark & ~TraceMark);
        if (mode > (byte)DeliveryMode.AtMostOnce || ((mark & TraceMark) != 0 && trace.IsNone))
        {
            reader.Fail();
        }

        return (DeliveryMode)mode;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>Digits and lower case alone: the source allows no other form.</summary>
    private static bool TryHex(ReadOnlySpan<char> text, out UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var isHex = !text.ContainsAnyExcept(HexDigits)
            && Convert.FromHexString(text, bytes[^(text.Length / 2)..], out _, out _) == OperationStatus.Done;
        value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return isHex;
    }
}
