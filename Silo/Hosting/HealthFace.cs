using System.Text.Json;

namespace TimeMachine.Silo.Hosting;

/// <summary>
/// Health of a node that serves no REST interface, at the same paths and with the same statuses: <c>/livez</c> answers
/// as long as the process does, <c>/readyz</c> and <c>/health</c> are 503 while the node cannot do its work.
/// </summary>
internal static class HealthFace
{
    /// <summary>Adds the service that the endpoints need.</summary>
    public static void AddServices(IServiceCollection services) => services.AddSingleton<NodeReadiness>();

    /// <summary>Maps the endpoints.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/livez", static (HttpContext http) => WriteAsync(http, isGood: true, "alive"));
        app.MapGet("/readyz", WriteReadinessAsync);
        app.MapGet("/health", WriteReadinessAsync);
    }

    private static Task WriteReadinessAsync(HttpContext http)
    {
        var report = http.RequestServices.GetRequiredService<NodeReadiness>().Check();
        return WriteAsync(http, report.IsReady, report.Reason);
    }

    private static async Task WriteAsync(HttpContext http, bool isGood, string reason)
    {
        http.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", isGood ? "ok" : "not_ready");
        json.WriteString("reason", reason);
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }
}
