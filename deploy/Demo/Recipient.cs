using System.Collections.Concurrent;
using System.Net;

namespace TimeMachine.Demo;

/// <summary>A recipient of webhooks on loopback that counts what it gets.</summary>
internal sealed class Recipient : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _collection;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<Arrival> _arrivals = new();

    private Recipient(WebApplication app, string collection, TimeProvider time)
    {
        _app = app;
        _collection = collection;
        _time = time;
    }

    /// <summary>Where routes may point to.</summary>
    public string Url => _app.Urls.First() + "/hook";

    /// <summary>What has come of the collection.</summary>
    public IReadOnlyCollection<Arrival> Arrivals => _arrivals;

    /// <summary>Starts it on a free port.</summary>
    /// <param name="collection">Whose jobs count. Those of an earlier run may still be tried again: they are taken, and
    /// not counted.</param>
    /// <param name="time">The clocks.</param>
    public static async Task<Recipient> StartAsync(string collection, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var recipient = new Recipient(builder.Build(), collection, time);
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
        if (Named(http, "Time-Machine-Collection") == _collection)
        {
            _arrivals.Enqueue(new Arrival(Named(http, "Time-Machine-Job"), atMs));
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string Named(HttpContext http, string header) =>
        Uri.UnescapeDataString(http.Request.Headers[header].ToString());
}

/// <summary>A webhook that came.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="AtMs">When, in ms since 1970.</param>
internal sealed record Arrival(string Job, long AtMs);
