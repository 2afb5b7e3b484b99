using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <summary>
/// When a failed attempt is made again: exponential with full jitter, and what the recipient asked for.
/// </summary>
internal static class Backoff
{
    /// <summary>Draws the delay before the next attempt, in ms: 1 or more.</summary>
    /// <param name="route">The route's policy.</param>
    /// <param name="failedCount">How many attempts have failed, this one included.</param>
    /// <param name="retryAfterMs">What the recipient asked for, bounded by the caller; 0 for nothing.</param>
    /// <param name="draws">The node's generator.</param>
    public static long DelayMs(Route route, int failedCount, int retryAfterMs, ref SplitMix64 draws)
    {
        var doublings = Math.Clamp(failedCount - 1, 0, 30);
        var capMs = Math.Min(route.BackoffMaxMs, (long)Math.Max(1, route.BackoffInitialMs) << doublings);
        var jitteredMs = draws.Between(1, Math.Max(1, capMs));
        return Math.Max(jitteredMs, retryAfterMs);
    }
}
