using Orleans.Configuration;
using TimeMachine.Api.Tls;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Hosting;

/// <summary>Mutual TLS on the silo and gateway ports of a node.</summary>
internal static class NodeTls
{
    /// <summary>Wraps every connection of the silo.</summary>
    /// <exception cref="BadSettingsException">A file is no certificate or no key, or they do not belong together.
    /// </exception>
    public static void Add(IServiceCollection services, TlsSettings settings)
    {
        var tls = Load(settings);
        services.AddOptions<SiloConnectionOptions>().Configure<ILoggerFactory>((connections, logs) =>
        {
            var refused = new RefusedLinks(logs.CreateLogger<RefusedLinks>(), TimeProvider.System);
            connections.ConfigureSiloOutboundConnection(
                pipe => pipe.Use(next => link => tls.AsClientAsync(link, next, refused)));
            connections.ConfigureSiloInboundConnection(
                pipe => pipe.Use(next => link => tls.AsServerAsync(link, next, refused)));
            connections.ConfigureGatewayInboundConnection(
                pipe => pipe.Use(next => link => tls.AsServerAsync(link, next, refused)));
        });
    }

    private static MutualTls Load(TlsSettings settings)
    {
        try
        {
            return MutualTls.Load(settings);
        }
        catch (InvalidDataException found)
        {
            throw new BadSettingsException(found.Message);
        }
    }
}
