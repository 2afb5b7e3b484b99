namespace TimeMachine.Silo.Configuration;

/// <summary>How the separate REST process finds the cluster. It may share the cluster's file; a node does not use them.
/// </summary>
public sealed class ClientSettings
{
    /// <summary>The gateways of some nodes, each an IP address with a port.</summary>
    public IList<string> Gateways { get; } = [];
}
