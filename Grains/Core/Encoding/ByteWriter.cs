using System.Buffers.Binary;

namespace TimeMachine.Core.Encoding;

/// <summary>Writes the binary form into one growing, reused buffer. All numbers are little endian.</summary>
public sealed class ByteWriter
{
    private byte[] _buffer;

    /// <summary>Makes an empty writer.</summary>
    /// <param name="capacityBytes">The first size of the buffer; it doubles when full.</param>
    public ByteWriter(int capacityBytes = 256) => _buffer = new byte[capacityBytes];

    /// <summary>The bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written so far; valid until the next write or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>The bytes written so far; valid until the next write or <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>Cuts what was written behind <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        Invariant.Require((uint)length <= (uint)Length);
        Length = length;
    }

    /// <summary>
    /// Reserves <paramref name="count"/> bytes and returns them, uncleared, to be filled by the caller.
    /// </summary>
    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            Grow(count);
        }

        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    /// <summary>The bytes from <paramref name="start"/>, to be patched after the fact.</summary>
    public Span<byte> PatchAt(int start, int count) => _buffer.AsSpan(0, Length).Slice(start, count);

    /// <summary>Writes one byte.</summary>
    public void U8(byte value) => Reserve(1)[0] = value;

    /// <summary>Writes 0 or 1.</summary>
    public void Bool(bool value) => U8(value ? (byte)1 : (byte)0);

    /// <summary>Writes two bytes.</summary>
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), value);

    /// <summary>Writes four bytes.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    /// <summary>Writes eight bytes.</summary>
    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    /// <summary>Writes eight bytes.</summary>
    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    /// <summary>Writes sixteen bytes.</summary>
    public void U128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Reserve(16), value);

    /// <summary>Writes an unsigned number in 1 to 10 bytes (LEB128): small numbers are short.</summary>
    public void VarU64(ulong value)
    {
        while (value >= 0x80)
        {
            U8((byte)(value | 0x80));
            value >>= 7;
        }

        U8((byte)value);
    }

    /// <summary>Writes a count that is not negative in 1 to 5 bytes.</summary>
    /// <exception cref="InvariantViolationException">The value is negative.</exception>
    public void VarInt(int value)
    {
        Invariant.Require(value >= 0);
        VarU64((ulong)value);
    }

    /// <summary>Writes a signed number in 1 to 10 bytes (zig-zag): small distances are short.</summary>
    public void VarI64(long value) => VarU64((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes bytes as they are, without their length.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Writes a length and the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        VarInt(bytes.Length);
        Raw(bytes);
    }

    private void Grow(int count)
    {
        var size = Math.Max(_buffer.Length * 2L, (long)Length + count);
        Array.Resize(ref _buffer, checked((int)Math.Min(size, Array.MaxLength)));
    }
}
