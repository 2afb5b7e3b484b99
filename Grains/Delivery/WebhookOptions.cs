using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Grains.Delivery;

/// <summary>Settings of the sender of webhooks.</summary>
public sealed class WebhookOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Webhooks";

    /// <summary>The cluster's name: first part of each <c>webhook-id</c>. 1 to 64 letters, digits and hyphens.
    /// </summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9-]{1,64}$")]
    public string Cluster { get; set; } = "time-machine";

    /// <summary>Whether webhooks may go to this machine itself: for development only.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>The time to connect, in milliseconds: 100 to 60,000. An attempt's own time limit counts as well.
    /// </summary>
    [Range(100, 60_000)]
    public int ConnectTimeoutMs { get; set; } = 5_000;

    /// <summary>The most attempts of one route that a node has on connections, 1 to 4,096; others of it wait, and
    /// their time runs. Routes to the same host do not share this.</summary>
    [Range(1, 4_096)]
    public int ConnectionsPerRouteMax { get; set; } = 256;

    /// <summary>The most bytes of an answer's body that are read to keep the connection, 0 to 1,048,576; of a longer
    /// one the connection is closed.</summary>
    [Range(0, 1_048_576)]
    public int ResponseBytesMax { get; set; } = 65_536;
}
