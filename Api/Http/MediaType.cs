using System.Net.Http.Headers;

namespace TimeMachine.Api.Http;

/// <summary>How a body is written.</summary>
internal enum BodyForm
{
    /// <summary>In no way that is read.</summary>
    Unsupported = 0,

    /// <summary>One JSON value.</summary>
    Json = 1,

    /// <summary>A JSON value a line.</summary>
    Lines = 2,
}

/// <summary>Reads the header Content-Type.</summary>
internal static class MediaType
{
    public const string Json = "application/json";
    public const string Lines = "application/x-ndjson";

    /// <summary>The form that a content type means.</summary>
    /// <param name="contentType">The header.</param>
    /// <param name="takesLines">Whether lines of JSON are read, too.</param>
    public static BodyForm Of(string? contentType, bool takesLines)
    {
        if (contentType is Json)
        {
            return BodyForm.Json;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var parsed) || !IsUtf8(parsed.CharSet))
        {
            return BodyForm.Unsupported;
        }

        return parsed.MediaType switch
        {
            { } type when type.Equals(Json, StringComparison.OrdinalIgnoreCase) => BodyForm.Json,
            { } type when takesLines && type.Equals(Lines, StringComparison.OrdinalIgnoreCase) => BodyForm.Lines,
            _ => BodyForm.Unsupported,
        };
    }

    private static bool IsUtf8(string? charSet) =>
        charSet is null || charSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
