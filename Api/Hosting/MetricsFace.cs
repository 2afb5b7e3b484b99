using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Prometheus;

namespace TimeMachine.Api.Hosting;

/// <summary>
/// <c>/metrics</c>: what the meters of ours, of Orleans and of the runtime measure, as Prometheus text. A metric is
/// named meter, underscore, instrument: <c>system_runtime_dotnet_gc_collections</c>.
/// </summary>
public sealed class MetricsFace : IDisposable
{
    // From 0.25 ms to about two minutes, in the unit of the instrument.
    private static readonly double[] MsBuckets = Histogram.ExponentialBuckets(0.25, 2, 20);
    private static readonly double[] SecondBuckets = Histogram.ExponentialBuckets(0.000_25, 2, 20);
    private static readonly double[] CountBuckets = Histogram.ExponentialBuckets(1, 4, 12);

    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly IDisposable _listening;

    /// <summary>Begins to listen; an instrument shows from its first measurement on.</summary>
    public MetricsFace() => _listening = MeterAdapter.StartListening(new MeterAdapterOptions
    {
        InstrumentFilterPredicate = instrument => IsShown(instrument.Meter.Name),
        Registry = _registry,
        MetricFactory = Prometheus.Metrics.WithCustomRegistry(_registry),
        ResolveHistogramBuckets = BucketsOf,
    });

    /// <summary>Whether the instruments of a meter are shown.</summary>
    public static bool IsShown(string meter) =>
        meter is "TimeMachine" or "Microsoft.Orleans" or "System.Runtime";

    /// <summary>Maps the endpoint.</summary>
    public void Map(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet("/metrics", WriteAsync);
    }

    /// <inheritdoc/>
    public void Dispose() => _listening.Dispose();

    private async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await _registry.CollectAndExportAsTextAsync(http.Response.Body, http.RequestAborted);
    }

    private static double[] BucketsOf(Instrument instrument) => instrument.Unit switch
    {
        "ms" => MsBuckets,
        "s" => SecondBuckets,
        _ => CountBuckets,
    };
}
