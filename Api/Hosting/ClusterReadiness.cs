using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Hosting;

/// <summary>The readiness of a process that is no node: it is ready if the cluster answers. All who ask within half a
/// second share an answer.</summary>
internal sealed class ClusterReadiness(IGrainFactory grains, TimeProvider clock) : IReadiness, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _one = new(1, 1);
    private ReadinessReport? _latest;
    private long _latestAt;

    public async ValueTask<ReadinessReport> CheckAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_latest is null || clock.GetElapsedTime(_latestAt) > FreshFor)
            {
                _latest = await AskAsync(cancellationToken);
                _latestAt = clock.GetTimestamp();
            }

            return _latest;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<ReadinessReport> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var view = await grains.Cluster().DescribeAsync().WaitAsync(Patience, clock, cancellationToken);
            return view switch
            {
                { Error: { } error } => new ReadinessReport(false, error.Message),
                { SystemLeader: null } => new ReadinessReport(false, "the system group has no leader"),
                _ => new ReadinessReport(true, "the cluster answers"),
            };
        }
        // Whatever keeps the cluster from answering, the process is not ready, and is asked again.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return new ReadinessReport(false, $"the cluster does not answer ({error.GetType().Name})");
        }
    }
}
