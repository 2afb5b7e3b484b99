using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a job's meta may be: one JSON value in UTF-8, within <see cref="Limits.MetaBytesMax"/> bytes and
/// <see cref="Limits.MetaDepthMax"/> levels.</summary>
public static class MetaRules
{
    private const string Field = "meta";

    /// <summary>Checks a meta.</summary>
    /// <returns>The refusal; null if it is fine.</returns>
    public static ErrorReply? Check(ReadOnlySpan<byte> meta)
    {
        if (CheckLength(meta.Length) is { } tooLong)
        {
            return tooLong;
        }

        if (!Utf8.IsValid(meta))
        {
            return InvalidField.Because(Field, "must be valid UTF-8");
        }

        try
        {
            var reader = new Utf8JsonReader(meta, new JsonReaderOptions { MaxDepth = Limits.MetaDepthMax + 1 });
            reader.Read();
            var refusal = Walk(ref reader);
            // Whatever follows the value throws.
            return refusal ?? (reader.Read() ? InvalidField.Because(Field, "must be one JSON value") : null);
        }
        catch (JsonException)
        {
            return InvalidField.Because(Field, "must be one valid JSON value");
        }
    }

    /// <summary>Checks a meta's length.</summary>
    /// <returns>The refusal; null if it is fine.</returns>
    public static ErrorReply? CheckLength(int bytes) => bytes switch
    {
        0 => InvalidField.Because(Field, "is required"),
        > Limits.MetaBytesMax => InvalidField.Because(
            Field,
            string.Create(CultureInfo.InvariantCulture, $"must be at most {Limits.MetaBytesMax} bytes long"),
            string.Create(CultureInfo.InvariantCulture, $"{Limits.MetaBytesMax} bytes")),
        _ => null,
    };

    /// <summary>Moves a reader from a value's first token to its last.</summary>
    /// <param name="reader">Its bytes are valid UTF-8.</param>
    /// <returns>The refusal, with the reader somewhere inside; null if the value is fine.</returns>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static ErrorReply? Walk(ref Utf8JsonReader reader)
    {
        var outside = reader.CurrentDepth;
        while (true)
        {
            var isStart = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (isStart && reader.CurrentDepth - outside >= Limits.MetaDepthMax)
            {
                var limit = string.Create(CultureInfo.InvariantCulture, $"{Limits.MetaDepthMax} levels");
                return InvalidField.Because(Field, $"must be nested at most {limit} deep", limit);
            }

            if (reader.ValueIsEscaped && HasHalfPair(reader.ValueSpan))
            {
                return InvalidField.Because(Field, "must be valid Unicode, without half a surrogate pair");
            }

            if (reader.CurrentDepth == outside && !isStart)
            {
                return null;
            }

            reader.Read();
        }
    }

    /// <summary>Whether a JSON string, as it is written, escapes one half of a surrogate pair without the other.
    /// </summary>
    public static bool HasHalfPair(ReadOnlySpan<byte> text)
    {
        var isHighBefore = false;
        for (var i = 0; i < text.Length;)
        {
            var isEscape = text[i] == '\\';
            var unit = isEscape && text[i + 1] == 'u'
                ? (char)ushort.Parse(text.Slice(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : ' ';
            if (char.IsLowSurrogate(unit) != isHighBefore)
            {
                return true;
            }

            isHighBefore = char.IsHighSurrogate(unit);
            i += !isEscape ? 1 : text[i + 1] == 'u' ? 6 : 2;
        }

        return isHighBefore;
    }
}
