using System.Buffers.Binary;

namespace TimeMachine.Core.Encoding;

/// <summary>
/// Reads the binary form without trusting it: any read behind the end, and any value out of its range, sets
/// <see cref="Failed"/> and gives zeros from then on. Never throws, never allocates.
/// </summary>
/// <param name="bytes">What to read.</param>
public ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Whether a read went wrong. The caller refuses the whole input then.</summary>
    public bool Failed { get; private set; }

    /// <summary>The offset of the next byte.</summary>
    public int Position { get; private set; }

    /// <summary>The bytes left; 0 after a failure.</summary>
    public readonly int Remaining => Failed ? 0 : _bytes.Length - Position;

    /// <summary>Whether all was read and nothing failed.</summary>
    public readonly bool AtEnd => !Failed && Position == _bytes.Length;

    /// <summary>Marks the input as bad.</summary>
    public void Fail() => Failed = true;

    /// <summary>Reads one byte.</summary>
    public byte U8() => Take(1, out var span) ? span[0] : (byte)0;

    /// <summary>Reads 0 or 1; anything else fails.</summary>
    public bool Bool()
    {
        var value = U8();
        if (value > 1)
        {
            Fail();
        }

        return value == 1;
    }

    /// <summary>Reads two bytes.</summary>
    public ushort U16() => Take(2, out var span) ? BinaryPrimitives.ReadUInt16LittleEndian(span) : (ushort)0;

    /// <summary>Reads four bytes.</summary>
    public uint U32() => Take(4, out var span) ? BinaryPrimitives.ReadUInt32LittleEndian(span) : 0;

    /// <summary>Reads eight bytes.</summary>
    public ulong U64() => Take(8, out var span) ? BinaryPrimitives.ReadUInt64LittleEndian(span) : 0;

    /// <summary>Reads eight bytes.</summary>
    public long I64() => Take(8, out var span) ? BinaryPrimitives.ReadInt64LittleEndian(span) : 0;

    /// <summary>Reads sixteen bytes.</summary>
    public UInt128 U128() => Take(16, out var span) ? BinaryPrimitives.ReadUInt128LittleEndian(span) : 0;

    /// <summary>Reads a LEB128 number; more than 64 bits, or a form longer than needed, fails.</summary>
    public ulong VarU64()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = U8();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                var isOverflow = shift == 63 && part > 1;
                var isPadded = shift > 0 && part == 0;
                if (isOverflow || isPadded)
                {
                    Fail();
                }

                return Failed ? 0 : value;
            }
        }

        Fail();
        return 0;
    }

    /// <summary>Reads a count from 0 to <paramref name="max"/>; more fails.</summary>
    public int VarInt(int max = int.MaxValue)
    {
        var value = VarU64();
        if (value > (ulong)max)
        {
            Fail();
            return 0;
        }

        return (int)value;
    }

    /// <summary>Reads a zig-zag number.</summary>
    public long VarI64()
    {
        var value = VarU64();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Reads <paramref name="count"/> bytes as they are; fewer left fails and gives none.</summary>
    public ReadOnlySpan<byte> Raw(int count) => Take(count, out var span) ? span : default;

    /// <summary>Reads a length of at most <paramref name="max"/> and that many bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int max = int.MaxValue) => Raw(VarInt(max));

    private bool Take(int count, out ReadOnlySpan<byte> span)
    {
        if (Failed || count < 0 || count > _bytes.Length - Position)
        {
            Failed = true;
            span = default;
            return false;
        }

        span = _bytes.Slice(Position, count);
        Position += count;
        return true;
    }
}
