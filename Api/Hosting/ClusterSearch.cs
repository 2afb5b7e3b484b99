using Microsoft.Extensions.Logging;

namespace TimeMachine.Api.Hosting;

/// <summary>Looks for the cluster until it is found, and says now and then why it is not.</summary>
/// <param name="clock">The clocks.</param>
/// <param name="log">Where it says so.</param>
internal sealed partial class ClusterSearch(TimeProvider clock, ILogger<ClusterSearch> log)
    : IClientConnectionRetryFilter
{
    private const int TriesPerWord = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private int _tries;

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (_tries++ % TriesPerWord == 0)
        {
            LogNotFound(_tries, exception.GetType().Name, exception.GetBaseException().Message);
        }

        await Task.Delay(Pause, clock, cancellationToken);
        return !cancellationToken.IsCancellationRequested;
    }
}
