using System.Text.Json;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Json;

/// <summary>Routes as JSON.</summary>
internal static class RouteJson
{
    private const string Rest = "REST";

    private static readonly string[] Fields =
    [
        "id", "type", "webhook_url", "mode", "timeout_ms", "attempts_max", "backoff_initial_ms", "backoff_max_ms",
        "concurrency", "rate_per_s", "paused", "secrets",
    ];

    /// <summary>Reads a route to be, and checks it.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="pathId">The id of the path; null if the path has none.</param>
    /// <param name="refusal">What is wrong.</param>
    /// <returns>Null if something is wrong.</returns>
    public static RouteSpec? Read(ReadOnlySpan<byte> json, string? pathId, out ErrorReply? refusal)
    {
        var reader = new FieldReader(json, Fields, "a route");
        var route = new RouteSpec { Id = pathId!, WebhookUrl = null! };
        while (reader.MoveNext(out var field))
        {
            route = field switch
            {
                0 => route with { Id = IdJson.Read(ref reader, pathId)! },
                1 => CheckType(ref reader, route),
                2 => route with { WebhookUrl = reader.Text()! },
                3 => ModeJson.Read(ref reader) is var mode and not Delivery.RouteDefault
                    ? route with { Mode = mode }
                    : route,
                4 => route with { TimeoutMs = reader.Integer(Limits.TimeoutMsMax) },
                5 => route with { AttemptsMax = reader.Integer(Limits.AttemptsMax) },
                6 => route with { BackoffInitialMs = reader.Integer(Limits.BackoffMsMax) },
                7 => route with { BackoffMaxMs = reader.Integer(Limits.BackoffMsMax) },
                8 => route with { Concurrency = reader.Integer(Limits.ConcurrencyMax) },
                9 => route with { RatePerSecond = reader.Integer(Limits.RatePerSecondMax) },
                10 => route with { IsPaused = reader.Boolean() },
                11 => route with { Secrets = [.. reader.Texts(Limits.SecretsMax)] },
                _ => throw new InvalidOperationException("A field without a meaning."),
            };
        }

        refusal = reader.Refusal ?? RouteRules.Check(route);
        return refusal is null ? route : null;
    }

    /// <summary>A route as it is, without its secrets.</summary>
    public static void Write(Utf8JsonWriter writer, Route route)
    {
        writer.WriteStartObject();
        writer.WriteString("id", route.Id);
        writer.WriteString("db", route.Database);
        writer.WriteString("type", Rest);
        writer.WriteString("webhook_url", route.WebhookUrl);
        writer.WriteString("mode", ModeJson.Word(route.Mode) ?? ModeJson.AtLeastOnce);
        writer.WriteNumber("timeout_ms", route.TimeoutMs);
        writer.WriteNumber("attempts_max", route.AttemptsMax);
        writer.WriteNumber("backoff_initial_ms", route.BackoffInitialMs);
        writer.WriteNumber("backoff_max_ms", route.BackoffMaxMs);
        if (route.Concurrency is { } concurrency)
        {
            writer.WriteNumber("concurrency", concurrency);
        }

        if (route.RatePerSecond is { } rate)
        {
            writer.WriteNumber("rate_per_s", rate);
        }

        writer.WriteBoolean("paused", route.IsPaused);
        if (route.IsDeleting)
        {
            writer.WriteBoolean("deleting", true);
        }

        writer.WriteNumber("secret_count", route.SecretCount);
        writer.WriteNumber("version", route.Version);
        writer.WriteEndObject();
    }

    /// <summary>What a change of a route is answered with.</summary>
    public static void WriteChange(Utf8JsonWriter writer, RouteReply reply)
    {
        writer.WriteStartObject();
        writer.WriteString("status", "ok");
        writer.WriteString("id", reply.Id);
        writer.WriteNumber("version", reply.Version);
        writer.WriteEndObject();
    }

    private static RouteSpec CheckType(ref FieldReader reader, RouteSpec route)
    {
        if (reader.Text() is not (Rest or null))
        {
            reader.Refuse($"must be {Rest}", Rest);
        }

        return route;
    }
}
