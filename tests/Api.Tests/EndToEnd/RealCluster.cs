using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Grains.Tests.Cluster;
using TimeMachine.Grains.Tests.Delivery;

namespace TimeMachine.Api.Tests.EndToEnd;

/// <summary>The REST interface before a real node on a real disk, with a recipient for its webhooks.</summary>
public sealed class RealCluster : IAsyncLifetime
{
    private const int PatienceMs = 60_000;
    private readonly RawRecipient _recipient = new(Manner.Answer);
    private readonly HttpClient _client = new();
    private SiloCluster? _silos;
    private WebApplication? _app;

    /// <summary>The bodies of all webhooks that came in.</summary>
    public IEnumerable<string> Delivered => _recipient.Requests.Select(
        request => request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);

    /// <summary>Where the recipient listens.</summary>
    public string Webhook => _recipient.Url;

    public async ValueTask InitializeAsync()
    {
        _silos = await SiloCluster.StartAsync(nodeCount: 1);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(_silos.Client);
        builder.Services.AddTimeMachineApi(new ApiOptions());
        _app = builder.Build();
        _app.MapTimeMachine();
        await _app.StartAsync();
        var route = await SendAsync("PUT", "/route/shop/hook", $$"""{"webhook_url":"{{Webhook}}"}""");
        Assert.Equal(201, route.Status);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_silos is not null)
        {
            await _silos.DisposeAsync();
        }

        _recipient.Dispose();
    }

    /// <summary>Sends a request; one that is told to come again comes again.</summary>
    internal async Task<ApiAnswer> SendAsync(
        string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var answer = await SendOnceAsync(method, path, body, headers);
            if (answer.Status != 503 || watch.ElapsedMilliseconds > PatienceMs)
            {
                return answer;
            }
        }
    }

    /// <summary>Reads a job until it is in a state.</summary>
    internal async Task<JsonNode> UntilAsync(string path, string state)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var answer = await SendAsync("GET", path);
            if ((string?)answer.Json["state"] == state)
            {
                return answer.Json;
            }

            Assert.True(watch.ElapsedMilliseconds < PatienceMs, answer.Text);
        }
    }

    private async Task<ApiAnswer> SendOnceAsync(
        string method, string path, string? body, (string Name, string Value)[] headers)
    {
        var asWritten = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var uri = new Uri(_app!.Urls.First() + path, asWritten);
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, ApiHost.Json);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }
}
