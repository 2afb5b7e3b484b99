using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TimeMachine.Api.Tests.Fakes;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Hosting;

/// <summary>The REST interface on a real server on this machine, before a cluster in memory.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string Collection = "/job/shop/timeouts";
    public const string Json = "application/json";

    private static readonly UriCreationOptions AsWritten =
        new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly WebApplication _app;
    private readonly HttpClient _client = new();

    private ApiHost(WebApplication app, FakeCluster cluster, FixedClock clock, LogLines log)
    {
        _app = app;
        Cluster = cluster;
        Clock = clock;
        Log = log;
        Address = new Uri(app.Urls.First());
    }

    public FakeCluster Cluster { get; }

    public FixedClock Clock { get; }

    public LogLines Log { get; }

    public Uri Address { get; }

    public object Meters => _app.Services.GetRequiredService<IMeterFactory>();

    /// <summary>Starts a server, with the route "hook" in the database "shop".</summary>
    public static async Task<ApiHost> StartAsync(
        ApiOptions? options = null, Action<IServiceCollection>? addMore = null)
    {
        var host = await StartEmptyAsync(options, addMore);
        await host.Cluster.RoutesOf("shop").CreateAsync(
            new RouteSpec { Id = "hook", WebhookUrl = "https://shop.example/hooks/timeout" });
        return host;
    }

    /// <summary>Starts a server with nothing in it.</summary>
    public static async Task<ApiHost> StartEmptyAsync(
        ApiOptions? options = null, Action<IServiceCollection>? addMore = null)
    {
        var clock = new FixedClock();
        var cluster = new FakeCluster(clock);
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IGrainFactory>(cluster);
        addMore?.Invoke(builder.Services);
        builder.Services.AddTimeMachineApi(options ?? new ApiOptions());
        var app = builder.Build();
        app.MapTimeMachine();
        await app.StartAsync();
        return new ApiHost(app, cluster, clock, log);
    }

    /// <summary>Sends a request with a JSON body, or with none.</summary>
    public Task<ApiAnswer> SendAsync(
        string method, string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), Json, headers);

    /// <summary>Sends a request.</summary>
    public async Task<ApiAnswer> SendAsync(
        string method, string path, byte[]? body, string mediaType, params (string Name, string Value)[] headers)
    {
        // The raw target must reach the server as it is written here.
        var uri = new Uri(Address.GetLeftPart(UriPartial.Authority) + path, AsWritten);
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.Add("Content-Type", mediaType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Creates or replaces a job that is due in an hour.</summary>
    public Task<ApiAnswer> PutJobAsync(string id, string meta = "1", params (string Name, string Value)[] headers) =>
        SendAsync(
            "PUT",
            $"{Collection}/{Uri.EscapeDataString(id)}",
            $$"""{"delay_ms":3600000,"route":"hook","meta":{{meta}}}""",
            headers);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}
