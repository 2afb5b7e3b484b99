using System.Collections.Concurrent;
using System.Net;

namespace TimeMachine.Demo;

/// <summary>A recipient of webhooks on loopback that counts what it gets.</summary>
internal sealed class Recipient : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<Arrival> _arrivals = new();

    private Recipient(WebApplication app, TimeProvider time)
    {
        _app = app;
        _time = time;
    }

    /// <summary>Where routes may point to.</summary>
    public string Url => _app.Urls.First() + "/hook";

    /// <summary>What has come.</summary>
    public IReadOnlyCollection<Arrival> Arrivals => _arrivals;

    /// <summary>Starts it on a free port.</summary>
    public static async Task<Recipient> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var recipient = new Recipient(builder.Build(), time);
        recipient._app.Run(recipient.TakeAsync);
        await recipient._app.StartAsync();
        return recipient;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        var atMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        var job = Uri.UnescapeDataString(http.Request.Headers["Time-Machine-Job"].ToString());
        _arrivals.Enqueue(new Arrival(job, http.Request.Headers["webhook-id"].ToString(), atMs));
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}

/// <summary>A webhook that came.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="AtMs">When, in ms since 1970.</param>
internal sealed record Arrival(string Job, string Key, long AtMs);
