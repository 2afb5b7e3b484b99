using TimeMachine.Api;
using TimeMachine.Grains.Cluster;

namespace TimeMachine.Silo.Hosting;

/// <summary>Whether this node should get traffic: it is not stopping, and everything that it leads can fire.</summary>
/// <param name="node">The node.</param>
/// <param name="life">The process.</param>
internal sealed class NodeReadiness(INodeReadiness node, IHostApplicationLifetime life) : IReadiness
{
    private const string Stopping = "the node is stopping";
    private const string Ready = "everything that the node leads can fire";

    /// <inheritdoc/>
    public ValueTask<ReadinessReport> CheckAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(Check());

    /// <summary>Looks now.</summary>
    public ReadinessReport Check() =>
        life.ApplicationStopping.IsCancellationRequested ? new ReadinessReport(IsReady: false, Stopping)
        : node.IsReady(out var reason) ? new ReadinessReport(IsReady: true, Ready)
        : new ReadinessReport(IsReady: false, reason);
}
