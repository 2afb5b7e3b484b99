using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>Calls the nodes as a careful client does: what may have failed on the way is asked again, of another node.
/// </summary>
internal sealed class RestCalls(Func<IReadOnlyList<string>> urls) : IDisposable
{
    private static readonly TimeSpan TryMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CallMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = 256,
        ConnectTimeout = TimeSpan.FromSeconds(1),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private int _next;

    /// <summary>Asks until an answer comes that is neither 429 nor 503, or 30 s have passed.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, escaped.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="key">The idempotency key, or null.</param>
    /// <returns>The last answer; status 0 if none came.</returns>
    public async Task<(int Status, string Text)> AskAsync(HttpMethod method, string path, string? body, string? key)
    {
        using var limit = new CancellationTokenSource(CallMax);
        var last = (Status: 0, Text: "");
        while (!limit.IsCancellationRequested)
        {
            var nodes = urls();
            var url = nodes[(int)((uint)Interlocked.Increment(ref _next) % nodes.Count)];
            last = await TryAsync(method, url + path, body, key, limit.Token);
            if (last.Status is not (0 or (int)HttpStatusCode.TooManyRequests
                or (int)HttpStatusCode.ServiceUnavailable))
            {
                return last;
            }

            await Task.Delay(Pause);
        }

        return last;
    }

    /// <summary>Asks for JSON.</summary>
    /// <exception cref="InvalidOperationException">The answer is none of success.</exception>
    public async Task<JsonNode> ReadAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        var (status, text) = await AskAsync(method, path, body?.ToJsonString(), null);
        return status is >= 200 and <= 299
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{method} {path} was answered {status}: {text}");
    }

    /// <summary>The status of a GET; 0 if nobody answers.</summary>
    public async Task<int> StatusAsync(string url) =>
        (await TryAsync(HttpMethod.Get, url, null, null, CancellationToken.None)).Status;

    /// <summary>What one node answers to a GET; empty if it does not.</summary>
    public async Task<string> TextAsync(string url)
    {
        var (status, text) = await TryAsync(HttpMethod.Get, url, null, null, CancellationToken.None);
        return status == StatusCodes.Status200OK ? text : "";
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<(int Status, string Text)> TryAsync(
        HttpMethod method, string url, string? body, string? key, CancellationToken limit)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit);
        end.CancelAfter(TryMax);
        using var request = new HttpRequestMessage(method, url);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        try
        {
            using var answer = await _http.SendAsync(request, end.Token);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(end.Token));
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            return (0, error.Message);
        }
    }
}
