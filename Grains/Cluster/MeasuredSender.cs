using TimeMachine.Core.Triggering;
using TimeMachine.Grains.Hosting;

namespace TimeMachine.Grains.Cluster;

/// <summary>Measures what another sender does.</summary>
/// <param name="sender">Who makes the attempts.</param>
/// <param name="metrics">Where to.</param>
/// <param name="time">The clocks.</param>
internal sealed class MeasuredSender(IAttemptSender sender, NodeMetrics metrics, TimeProvider time) : IAttemptSender
{
    /// <inheritdoc/>
    public void Send(in SendRequest attempt, Action<AttemptResult> ended)
    {
        metrics.OnBegun(time.GetUtcNow().ToUnixTimeMilliseconds() - attempt.Due.Value);
        sender.Send(attempt, result =>
        {
            metrics.OnEnded(result);
            ended(result);
        });
    }
}
