using System.Text.Json;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Hosting;

/// <summary>
/// Health, for supervisors and people: <c>/livez</c> answers as long as the process serves, <c>/readyz</c> is 503 while
/// the node cannot do its work or is stopping, <c>/health</c> says both and why.
/// </summary>
internal static class HealthFace
{
    /// <summary>Maps the endpoints.</summary>
    public static void Map(WebApplication app, SiloSettings settings)
    {
        app.MapGet("/livez", (HttpContext http) => http.Response.WriteAsync("ok\n"));
        app.MapGet("/readyz", WriteReadinessAsync);
        app.MapGet("/health", (HttpContext http) => WriteHealthAsync(http, settings));
    }

    private static Task WriteReadinessAsync(HttpContext http)
    {
        var isReady = IsReady(http.RequestServices, out var reason);
        http.Response.StatusCode = StatusOf(isReady);
        return http.Response.WriteAsync(isReady ? "ok\n" : reason + "\n");
    }

    private static async Task WriteHealthAsync(HttpContext http, SiloSettings settings)
    {
        var isReady = IsReady(http.RequestServices, out var reason);
        http.Response.StatusCode = StatusOf(isReady);
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", isReady ? "ready" : "not_ready");
        json.WriteString("node", settings.Node.Name);
        json.WriteString("cluster", settings.Cluster.Id);
        if (!isReady)
        {
            json.WriteString("reason", reason);
        }

        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }

    private static int StatusOf(bool isReady) =>
        isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    private static bool IsReady(IServiceProvider services, out string reason)
    {
        if (services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested)
        {
            reason = "the node is stopping";
            return false;
        }

        return services.GetRequiredService<INodeReadiness>().IsReady(out reason);
    }
}
