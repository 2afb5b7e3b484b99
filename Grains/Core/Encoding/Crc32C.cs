using System.Buffers.Binary;
using System.Numerics;

namespace TimeMachine.Core.Encoding;

/// <summary>The Castagnoli checksum of RFC 3720, in hardware where there is some.</summary>
public static class Crc32C
{
    /// <summary>Returns the checksum of <paramref name="bytes"/>, begun from a seed.</summary>
    /// <param name="bytes">What to check.</param>
    /// <param name="seed">0 for the plain checksum; a segment's epoch so that recycled bytes never verify.</param>
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var crc = ~seed;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
