using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace TimeMachine.Api.Http;

/// <summary>Decodes a part of a request target, once.</summary>
internal static class PercentDecoding
{
    private const int StackBytesMax = 512;

    /// <summary>Decodes.</summary>
    /// <param name="text">As it came: ASCII.</param>
    /// <param name="isPlusSpace">Whether + stands for a space, as in a query.</param>
    /// <param name="decoded">What was meant.</param>
    /// <returns>False if an escape is cut or the bytes are not UTF-8.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, bool isPlusSpace, out string decoded)
    {
        byte[]? rented = null;
        var bytes = text.Length <= StackBytesMax
            ? stackalloc byte[StackBytesMax]
            : rented = ArrayPool<byte>.Shared.Rent(text.Length);
        var isValid = TryDecode(text, isPlusSpace, bytes, out var written) && Utf8.IsValid(bytes[..written]);
        decoded = isValid ? Encoding.UTF8.GetString(bytes[..written]) : "";
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return isValid;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, bool isPlusSpace, Span<byte> bytes, out int written)
    {
        written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (!char.IsAscii(character))
            {
                return false;
            }

            if (character != '%')
            {
                bytes[written++] = isPlusSpace && character == '+' ? (byte)' ' : (byte)character;
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return false;
            }

            Convert.FromHexString(text.Slice(i + 1, 2), bytes[written..], out _, out _);
            written++;
            i += 2;
        }

        return true;
    }
}
