using System.Buffers;
using System.Globalization;
using System.Text;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a database, collection, job or route may be called: 1 to 256 code points, no control characters, not
/// <c>.</c> or <c>..</c>.</summary>
public static class NameRules
{
    private static readonly string Limit =
        string.Create(CultureInfo.InvariantCulture, $"1 to {Limits.NameCodePointsMax} code points");

    /// <summary>Checks a name.</summary>
    /// <param name="field">What it names, as clients write it: <c>id</c>, <c>route</c>.</param>
    /// <param name="name">The name.</param>
    /// <returns>The refusal; null if the name is fine.</returns>
    public static ErrorReply? Check(string field, string? name)
    {
        if (name is null)
        {
            return InvalidField.Because(field, "is required");
        }

        if (name is "." or "..")
        {
            return InvalidField.Because(field, "must not be one or two dots alone");
        }

        var codePoints = 0;
        for (var i = 0; i < name.Length; codePoints++)
        {
            var status = Rune.DecodeFromUtf16(name.AsSpan(i), out var rune, out var consumed);
            if (status != OperationStatus.Done)
            {
                return InvalidField.Because(field, "must be valid Unicode, without half a surrogate pair");
            }

            if (Rune.IsControl(rune))
            {
                return InvalidField.Because(field, "must not hold control characters");
            }

            i += consumed;
        }

        return codePoints is 0 or > Limits.NameCodePointsMax
            ? InvalidField.Because(field, $"must be {Limit} long", Limit)
            : null;
    }

    /// <summary>Whether a text has both halves of every surrogate pair: others would not come back as they were.
    /// </summary>
    internal static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }
}
