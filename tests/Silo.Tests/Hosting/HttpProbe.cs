using System.Diagnostics;
using System.Net;
using System.Text;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>Asks a node over HTTP.</summary>
internal sealed class HttpProbe(string url) : IDisposable
{
    private const int PatienceMs = 60_000;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _http = new() { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(10) };

    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends JSON.</summary>
    public async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Asks again and again until the answer is 200.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="hasEnded">Whether there will be no answer any more.</param>
    public async Task WaitForAsync(string path, Func<bool> hasEnded)
    {
        var last = "nothing";
        using var timer = new PeriodicTimer(LookPause);
        for (var watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < PatienceMs;)
        {
            Assert.False(hasEnded(), $"ended; last answer of {path}: {last}");
            try
            {
                var (status, text) = await GetAsync(path);
                if (status == HttpStatusCode.OK)
                {
                    return;
                }

                last = $"{status}: {text}";
            }
            catch (HttpRequestException error)
            {
                last = error.Message;
            }

            await timer.WaitForNextTickAsync();
        }

        Assert.Fail($"{path} is not 200 after {PatienceMs} ms: {last}");
    }

    public void Dispose() => _http.Dispose();
}
