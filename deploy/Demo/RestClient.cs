using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TimeMachine.Demo;

/// <summary>Calls the REST interface of a node.</summary>
internal sealed class RestClient : IDisposable
{
    private static readonly TimeSpan CallMax = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { Timeout = CallMax };

    /// <summary>With the key of the interface, or none.</summary>
    public RestClient(string? key)
    {
        if (!string.IsNullOrEmpty(key))
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Reads a JSON object.</summary>
    /// <exception cref="HttpRequestException">No answer, or one that is not 2xx.</exception>
    /// <exception cref="InvalidDataException">The answer is no JSON object.</exception>
    public Task<JsonObject> GetAsync(string url) => SendAsync(HttpMethod.Get, url, null);

    /// <summary>Sends a body of JSON.</summary>
    /// <exception cref="HttpRequestException">No answer, or one that is not 2xx.</exception>
    /// <exception cref="InvalidDataException">The answer is no JSON object.</exception>
    public async Task<JsonObject> SendAsync(HttpMethod method, string url, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Content = body is null
            ? null
            : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? Parse(text, url)
            : throw new HttpRequestException($"{method} {url} answered {(int)answer.StatusCode}: {text}");
    }

    /// <summary>Asks a node whether it is ready.</summary>
    /// <returns>Whether it is, and for people: ready, why not, or that nobody answers.</returns>
    public async Task<(bool IsReady, string Health)> HealthAsync(string url)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(url + "/readyz"));
            var text = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode ? (true, "ready") : (false, ReasonIn(text));
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return (false, "does not answer");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string ReasonIn(string text)
    {
        try
        {
            var answer = JsonNode.Parse(text) as JsonObject;
            return (answer?["error"] ?? answer?["reason"])?.ToString() ?? "not ready";
        }
        catch (JsonException)
        {
            return "not ready";
        }
    }

    private static JsonObject Parse(string text, string url)
    {
        try
        {
            return JsonNode.Parse(text) switch
            {
                JsonObject found => found,
                JsonArray items => new JsonObject { ["items"] = items },
                _ => throw new InvalidDataException($"{url} answered neither a JSON object nor a list."),
            };
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{url} did not answer JSON: {error.Message}", error);
        }
    }
}
