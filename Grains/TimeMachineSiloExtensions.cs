using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Placement;
using TimeMachine.Grains.Routing;

namespace TimeMachine.Grains;

/// <summary>Makes a silo a node.</summary>
public static class TimeMachineSiloExtensions
{
    /// <summary>Adds the node: it opens its disk when the silo has joined the cluster, and leaves in good order when
    /// the silo stops.</summary>
    /// <param name="silo">The silo; it has a grain storage of the name "control", and the node's name as its own.
    /// </param>
    /// <param name="options">What the node is told, checked.</param>
    public static ISiloBuilder AddTimeMachineNode(this ISiloBuilder silo, NodeServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        var services = silo.Services;
        services.AddSingleton(options);
        services.AddSingleton(options.Webhooks);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<NodeService>();
        services.AddSingleton<INodeReadiness>(provider => provider.GetRequiredService<NodeService>());
        services.AddSingleton<INodeHandover>(provider => provider.GetRequiredService<NodeService>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            provider => provider.GetRequiredService<NodeService>());
        services.AddSingleton<SystemDesk>();
        services.AddSingleton<JobLister>();
        services.AddPlacementDirector<NodePinnedStrategy, NodePinnedDirector>();
        services.AddGrainDirectory(EmptyDirectory.Name, (_, _) => new EmptyDirectory());
        return silo;
    }
}
