using System.Net;

namespace TimeMachine.Demo;

/// <summary>A recipient of webhooks on loopback: it takes all that comes, and tells of it.</summary>
internal sealed class Recipient : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<string, string, Task> _take;

    private Recipient(WebApplication app, Func<string, string, Task> take) => (_app, _take) = (app, take);

    /// <summary>Where routes may point to.</summary>
    public string Url => _app.Urls.First() + "/hook";

    /// <summary>Starts it on a free port.</summary>
    /// <param name="take">Told the collection and the id of each job that comes, on any thread.</param>
    public static Task<Recipient> StartAsync(Action<string, string> take) => StartAsync((collection, job) =>
    {
        take(collection, job);
        return Task.CompletedTask;
    });

    /// <summary>Starts it on a free port.</summary>
    /// <param name="take">Told the collection and the id of each job that comes, on any thread; it is answered when
    /// the task ends.</param>
    public static async Task<Recipient> StartAsync(Func<string, string, Task> take)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var recipient = new Recipient(builder.Build(), take);
        recipient._app.Run(recipient.TakeAsync);
        await recipient._app.StartAsync();
        return recipient;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        var taking = _take(Named(http, "Time-Machine-Collection"), Named(http, "Time-Machine-Job"));
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        await taking;
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static string Named(HttpContext http, string header) =>
        Uri.UnescapeDataString(http.Request.Headers[header].ToString());
}
