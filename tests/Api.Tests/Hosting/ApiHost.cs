using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TimeMachine.Api.Tests.Fakes;

namespace TimeMachine.Api.Tests.Hosting;

/// <summary>The REST interface on a real server on this machine, before a cluster in memory.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string Collection = "/job/shop/timeouts";
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, FakeCluster cluster, LogLines log)
    {
        _app = app;
        Cluster = cluster;
        Log = log;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Address };
    }

    public FakeCluster Cluster { get; }

    public LogLines Log { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Starts a server, with the route "hook" in the database "shop".</summary>
    public static async Task<ApiHost> StartAsync(ApiOptions? options = null)
    {
        var clock = new FixedClock();
        var cluster = new FakeCluster(clock);
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IGrainFactory>(cluster);
        builder.Services.AddTimeMachineApi(options ?? new ApiOptions());
        var app = builder.Build();
        app.MapTimeMachine();
        await app.StartAsync();
        await cluster.RoutesOf("shop").CreateAsync(new RouteSpec { Id = "hook", WebhookUrl = "https://a.example/" });
        return new ApiHost(app, cluster, log);
    }

    /// <summary>Sends a request with a JSON body, or with none.</summary>
    public async Task<ApiAnswer> SendAsync(
        string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        // The raw target must reach the server as it is written here.
        var uri = new Uri(Address.GetLeftPart(UriPartial.Authority) + path, AsWritten);
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Client.SendAsync(request);
        var headersBack = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new ApiAnswer(response.StatusCode, headersBack, await response.Content.ReadAsByteArrayAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };
}

/// <summary>An answer.</summary>
internal sealed record ApiAnswer(HttpStatusCode StatusCode, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public int Status => (int)StatusCode;

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Code => (string?)Json["code"];

    public string? Field => (string?)Json["details"]!["field"];

    public long Version => (long)Json["version"]!;
}
