using System.Net;

namespace TimeMachine.Chaos;

/// <summary>Takes all that is delivered, at once, and tells the ledger.</summary>
internal sealed class Recipient : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Ledger _ledger;

    private Recipient(WebApplication app, Ledger ledger) => (_app, _ledger) = (app, ledger);

    /// <summary>Where a route may point to.</summary>
    public string Url => _app.Urls.First() + "/hook";

    /// <summary>Starts it on a free port of loopback.</summary>
    public static async Task<Recipient> StartAsync(Ledger ledger)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var recipient = new Recipient(builder.Build(), ledger);
        recipient._app.Run(recipient.TakeAsync);
        await recipient._app.StartAsync();
        return recipient;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        _ledger.NoteArrival(http.Request.Headers["Time-Machine-Job"].ToString());
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
