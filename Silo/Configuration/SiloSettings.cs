using System.Net;
using System.Net.Sockets;
using TimeMachine.Api;
using TimeMachine.Api.Tls;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Delivery;

namespace TimeMachine.Silo.Configuration;

/// <summary>All settings of a node, checked. docs/settings.md has each key.</summary>
public sealed class SiloSettings
{
    /// <summary>What every section begins with.</summary>
    public const string Section = "TimeMachine";

    /// <summary>What the nodes have in common.</summary>
    public ClusterSettings Cluster { get; } = new();

    /// <summary>The database of members and plan.</summary>
    public SqlSettings Sql { get; } = new();

    /// <summary>Where the node is reached.</summary>
    public ListenSettings Listen { get; } = new();

    /// <summary>Mutual TLS of the silo and gateway ports.</summary>
    public TlsSettings Tls { get; } = new();

    /// <summary>The REST interface.</summary>
    public ApiOptions Api { get; } = new();

    /// <summary>What the node prints.</summary>
    public ConsoleSettings Console { get; } = new();

    /// <summary>What only the separate REST process uses.</summary>
    public ClientSettings Client { get; } = new();

    /// <summary>The node itself. Its sections (Node, Webhooks, Log, Checkpoints, JobStore) stand beside the others.
    /// </summary>
    public NodeServiceOptions NodeOptions { get; } = new() { Node = new NodeSettings() };

    /// <summary>Who the node is, and where its disk is.</summary>
    internal NodeSettings Node => NodeOptions.Node;

    /// <summary>The sender of webhooks.</summary>
    internal WebhookOptions Webhooks => NodeOptions.Webhooks;

    /// <summary>Where people reach the node over HTTP; one that listens everywhere has the silo's address.</summary>
    internal string RestUrl
    {
        get
        {
            var address = IPAddress.Parse(Listen.Address);
            var isAny = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
            var shown = isAny ? IPAddress.Parse(Listen.SiloAddress) : address;
            var host = shown.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{shown}]" : $"{shown}";
            return $"http://{host}:{Listen.RestPort}";
        }
    }

    /// <summary>The sections by name, each an object with a property for each key.</summary>
    internal IReadOnlyDictionary<string, object> Sections() => SectionsOf(this).Concat(SectionsOf(NodeOptions))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<KeyValuePair<string, object>> SectionsOf(object settings) =>
        from property in SettingsBinder.PropertiesOf(settings.GetType())
        let section = property.GetValue(settings)
        where section is not (null or string or NodeServiceOptions)
        select KeyValuePair.Create(property.Name, section!);
}
