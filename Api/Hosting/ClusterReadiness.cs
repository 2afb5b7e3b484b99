using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Hosting;

/// <summary>The readiness of a process that is no node: it is ready if the cluster answers.</summary>
internal sealed class ClusterReadiness(IGrainFactory grains, TimeProvider clock) : IReadiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async ValueTask<ReadinessReport> CheckAsync(CancellationToken cancellationToken)
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
