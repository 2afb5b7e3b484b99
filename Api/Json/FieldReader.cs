using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using TimeMachine.Api.Http;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Json;

/// <summary>Reads the fields of one JSON object, strictly: no unknown or repeated field, no other type, nothing behind.
/// </summary>
/// <remarks>The first thing wrong is kept in <see cref="Refusal"/>, and ends the reading. A null is an absent field.
/// </remarks>
internal ref struct FieldReader
{
    /// <summary>What a JSON value may be nested in beside a meta.</summary>
    private const int DepthMax = Limits.MetaDepthMax + 8;

    private readonly ReadOnlySpan<byte> _json;
    private readonly string[] _names;
    private readonly string _subject;
    private Utf8JsonReader _reader;
    private ulong _seen;
    private string _field = "body";

    /// <summary>Begins.</summary>
    /// <param name="json">The object.</param>
    /// <param name="names">The fields that it may have: 64 at most.</param>
    /// <param name="subject">What it is, for the refusals: "a job".</param>
    public FieldReader(ReadOnlySpan<byte> json, string[] names, string subject)
    {
        _json = json;
        _names = names;
        _subject = subject;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthMax });
        if (!Utf8.IsValid(json))
        {
            Refuse("must be valid UTF-8");
        }
        else if (TryRead() && _reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse($"must be a JSON object: {subject}");
        }
    }

    /// <summary>What is wrong; null if nothing is yet.</summary>
    public ErrorReply? Refusal { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <param name="field">Its index in the names.</param>
    /// <returns>False at the end, or when something is wrong.</returns>
    public bool MoveNext(out int field)
    {
        field = -1;
        if (Refusal is not null || !TryRead())
        {
            return false;
        }

        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            // Whatever follows the object throws.
            _field = "body";
            TryRead();
            return false;
        }

        return TryName(out field) && TryRead();
    }

    /// <summary>The field's text; null if it is null, or no text.</summary>
    public string? Text()
    {
        if (_reader.TokenType != JsonTokenType.String)
        {
            RefuseUnlessNull("must be a string");
            return null;
        }

        if (_reader.ValueIsEscaped && MetaRules.HasHalfPair(_reader.ValueSpan))
        {
            Refuse("must be valid Unicode, without half a surrogate pair");
            return null;
        }

        return _reader.GetString();
    }

    /// <summary>The field's number; null if it is null, or no integer within the range.</summary>
    public long? Integer(long min, long max)
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var value)
            && value >= min && value <= max)
        {
            return value;
        }

        if (_reader.TokenType != JsonTokenType.Null)
        {
            Refusal ??= InvalidField.NotWithin(_field, min, max);
        }

        return null;
    }

    /// <summary>The field's number; null if it is null, or no integer within the range.</summary>
    public int? Integer(int max) => (int?)Integer(1, max);

    /// <summary>The field's truth; null if it is null, or neither.</summary>
    public bool? Boolean()
    {
        if (_reader.TokenType is JsonTokenType.True or JsonTokenType.False)
        {
            return _reader.GetBoolean();
        }

        RefuseUnlessNull("must be true or false");
        return null;
    }

    /// <summary>The field's time in ms since 1970, written so or as RFC 3339; null if it is null, or neither.</summary>
    public long? Time()
    {
        const string form = "must be milliseconds since 1970 as an integer, or an RFC 3339 time as a string";
        if (_reader.TokenType == JsonTokenType.Number)
        {
            return _reader.TryGetInt64(out var ms) ? ms : RefuseTime(form);
        }

        if (_reader.TokenType != JsonTokenType.String)
        {
            RefuseUnlessNull(form);
            return null;
        }

        var text = Text();
        return text is null ? null : Rfc3339.TryParse(text, out var parsed) ? parsed : RefuseTime(form);
    }

    /// <summary>The field's texts; empty if it is null, or no array of texts.</summary>
    /// <param name="countMax">The most texts; the least is one.</param>
    public List<string> Texts(int countMax)
    {
        var texts = new List<string>();
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            RefuseUnlessNull("must be an array of strings");
            return texts;
        }

        while (TryRead() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.String || Text() is not { } text)
            {
                Refuse("must be an array of strings");
                return texts;
            }

            texts.Add(text);
            if (texts.Count > countMax)
            {
                break;
            }
        }

        if (texts.Count == 0 || texts.Count > countMax)
        {
            var limit = string.Create(CultureInfo.InvariantCulture, $"1 to {countMax}");
            Refuse($"must have {limit} entries", limit);
        }

        return texts;
    }

    /// <summary>The field's value as it is written, whatever it is.</summary>
    public ReadOnlySpan<byte> Raw()
    {
        var start = (int)_reader.TokenStartIndex;
        try
        {
            Refusal ??= MetaRules.Walk(ref _reader);
            return _json[start..(int)_reader.BytesConsumed];
        }
        catch (JsonException error)
        {
            RefuseMalformed(error);
            return [];
        }
    }

    /// <summary>Refuses the field.</summary>
    public void Refuse(string reason, string? limit = null) =>
        Refusal ??= InvalidField.Because(_field, reason, limit);

    private bool TryName(out int field)
    {
        field = -1;
        if (_reader.ValueIsEscaped && MetaRules.HasHalfPair(_reader.ValueSpan))
        {
            _field = "body";
            Refuse("must be valid Unicode, without half a surrogate pair");
            return false;
        }

        field = IndexOfName();
        if (field < 0)
        {
            _field = Shown.Name(_reader.GetString()!);
            Refuse($"is not a field of {_subject}", string.Join(", ", _names));
            return false;
        }

        _field = _names[field];
        var isRepeated = (_seen & (1UL << field)) != 0;
        _seen |= 1UL << field;
        if (isRepeated)
        {
            Refuse("must be given only once");
        }

        return !isRepeated;
    }

    private int IndexOfName()
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (_reader.ValueTextEquals(_names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private bool TryRead()
    {
        try
        {
            return _reader.Read();
        }
        catch (JsonException error)
        {
            RefuseMalformed(error);
            return false;
        }
    }

    private long? RefuseTime(string form)
    {
        Refuse(form);
        return null;
    }

    private void RefuseUnlessNull(string reason)
    {
        if (_reader.TokenType != JsonTokenType.Null)
        {
            Refuse(reason);
        }
    }

    private void RefuseMalformed(JsonException error)
    {
        _field = "body";
        Refuse(MalformedJson.Reason(_json.Length, error));
    }
}
