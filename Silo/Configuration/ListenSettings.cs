using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Silo.Configuration;

/// <summary>Where a node is reached.</summary>
public sealed class ListenSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Listen";

    /// <summary>The IP address of the REST interface. Off loopback it needs keys.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The IP address of the silo and gateway ports: what the other nodes connect to. Off loopback it needs
    /// TLS. Not the address of all interfaces.</summary>
    [Required]
    public string SiloAddress { get; set; } = "127.0.0.1";

    /// <summary>The port for the other nodes: 1 to 65,535. Keep it: a node that comes back under another one is only
    /// let in when the old one has been given up.</summary>
    [Range(1, 65_535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>The port for Orleans clients: 1 to 65,535.</summary>
    [Range(1, 65_535)]
    public int GatewayPort { get; set; } = 30001;

    /// <summary>The port of the REST interface, health and metrics: 1 to 65,535.</summary>
    [Range(1, 65_535)]
    public int RestPort { get; set; } = 8001;
}
