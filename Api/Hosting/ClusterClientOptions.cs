using System.Net;

namespace TimeMachine.Api.Hosting;

/// <summary>Which cluster the separate process serves, and where it is.</summary>
public sealed class ClusterClientOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine";

    /// <summary>The gateways of some or all nodes: <c>127.0.0.1:30001</c>.</summary>
    public IList<string> Gateways { get; } = [];

    /// <summary>The cluster's name, as its nodes have it.</summary>
    public string ClusterId { get; set; } = "timemachine";

    /// <summary>The service's name, as its nodes have it.</summary>
    public string ServiceId { get; set; } = "timemachine";

    /// <summary>How long to wait after a failed attempt to connect, in ms: 10 to 60,000.</summary>
    public int ConnectRetryMs { get; set; } = 1_000;

    /// <summary>The gateways' addresses.</summary>
    public IPEndPoint[] Endpoints => [.. Gateways.Select(IPEndPoint.Parse)];

    /// <summary>Says what keeps the process from starting, with the name of the setting to change.</summary>
    /// <returns>Null if nothing does.</returns>
    public string? FindProblem()
    {
        if (Gateways.Count == 0)
        {
            return $"{Section}:Gateways is empty: name the gateway of at least one node, as 127.0.0.1:30001.";
        }

        var bad = Gateways.FirstOrDefault(gateway => !IPEndPoint.TryParse(gateway, out var parsed) || parsed.Port == 0);
        return bad is not null ? $"{Section}:Gateways has {bad}, which is not an IP address with a port."
            : ClusterId.Length == 0 || ServiceId.Length == 0 ? $"{Section}:ClusterId and :ServiceId must not be empty."
            : ConnectRetryMs is < 10 or > 60_000 ? $"{Section}:ConnectRetryMs must be from 10 to 60,000."
            : null;
    }
}
