using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TimeMachine.Api;

/// <summary>Measures requests: how many of each operation and status, and how long they took.</summary>
internal sealed class ApiMeter(IMeterFactory meters)
{
    /// <summary>The meter's name: that of a node's other figures.</summary>
    public const string Name = "TimeMachine";

    private readonly Histogram<double> _requests = meters.Create(Name).CreateHistogram<double>(
        "request_seconds", "s", "From the head of a request to its answer, by operation and status.");

    /// <summary>Counts a request.</summary>
    /// <param name="operation">The operation; null if there was none of its path and method.</param>
    /// <param name="status">The HTTP status of its answer.</param>
    /// <param name="duration">How long it took.</param>
    public void Record(string? operation, int status, TimeSpan duration) => _requests.Record(
        duration.TotalSeconds, new TagList { { "operation", operation ?? "none" }, { "status", status } });
}
