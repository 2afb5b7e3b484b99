using System.Collections;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Hosting;

/// <summary>Sends metrics and traces to a collector if the process's variables name one, as OpenTelemetry defines them.
/// </summary>
internal static class Telemetry
{
    private const string Prefix = "OTEL_";
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Whether a collector is named.</summary>
    public static bool IsOn => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint));

    /// <summary>Adds the exporters, or nothing.</summary>
    public static void Add(WebApplicationBuilder builder, SiloSettings settings)
    {
        if (!IsOn)
        {
            return;
        }

        builder.Configuration.AddInMemoryCollection(Variables());
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                "timemachine", serviceNamespace: settings.Cluster.Id, serviceInstanceId: settings.Node.Name))
            .WithMetrics(metrics => metrics
                .AddMeter("TimeMachine", "Microsoft.Orleans", "System.Runtime").AddOtlpExporter())
            .WithTracing(tracing => tracing
                .AddSource("TimeMachine.*", "Microsoft.AspNetCore", "Microsoft.Orleans.*").AddOtlpExporter());
    }

    private static IEnumerable<KeyValuePair<string, string?>> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value))
            .Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal));
}
