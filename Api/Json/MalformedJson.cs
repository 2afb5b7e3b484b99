using System.Globalization;
using System.Text.Json;

namespace TimeMachine.Api.Json;

/// <summary>Says where JSON is malformed.</summary>
internal static class MalformedJson
{
    /// <summary>The reason of a refusal. The body itself is not repeated.</summary>
    public static string Reason(int bytes, JsonException error) => bytes == 0
        ? "is empty, and must be JSON"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"is not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}");
}
