using System.Text;
using System.Text.Json.Nodes;

namespace TimeMachine.Api.Tests.Hosting;

/// <summary>An answer.</summary>
internal sealed record ApiAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Code => (string?)Json["code"];

    public string? Field => (string?)Json["details"]!["field"];

    public long Version => (long)Json["version"]!;

    public string ETag => Headers["ETag"];

    public static async Task<ApiAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new ApiAnswer((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync());
    }
}
