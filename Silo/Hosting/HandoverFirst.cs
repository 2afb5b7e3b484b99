using TimeMachine.Grains.Cluster;

namespace TimeMachine.Silo.Hosting;

/// <summary>When the process stops, leaders are handed over first, while requests are still served; then the REST
/// interface stops, then the silo leaves. The other way round a slow request could use up the time to stop.</summary>
/// <param name="node">The node.</param>
internal sealed class HandoverFirst(INodeHandover node) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => node.HandOverAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
