using TimeMachine.Core.Routes;
using TimeMachine.Grains.Delivery;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Front;

/// <summary>Checks a route to be.</summary>
internal static class RouteCheck
{
    private const string SecretPrefix = "whsec_";
    private const int SecretBytesMin = 24;
    private const int SecretBytesMax = 64;

    /// <summary>What is wrong with a route; null if nothing is.</summary>
    /// <param name="route">The route.</param>
    /// <param name="allowsLoopback">Whether webhooks may go to this machine itself.</param>
    public static ErrorReply? Of(RouteSpec route, bool allowsLoopback)
    {
        if (WebhookTarget.Check(route.WebhookUrl, allowsLoopback, out _) is { } problem)
        {
            var reason = problem.TrimEnd('.').Replace("webhook_url ", "", StringComparison.Ordinal);
            return Replies.Invalid("webhook_url", reason);
        }

        if (System.Text.Encoding.UTF8.GetByteCount(route.WebhookUrl) > RouteLimits.WebhookUrlBytesMax)
        {
            return Replies.Invalid("webhook_url", $"must have at most {RouteLimits.WebhookUrlBytesMax} bytes");
        }

        if (route.Mode is { } mode && mode is not (Interfaces.Delivery.AtLeastOnce or Interfaces.Delivery.AtMostOnce))
        {
            return Replies.Invalid("mode", "must be at_least_once or at_most_once");
        }

        return InRange("timeout_ms", route.TimeoutMs, RouteLimits.TimeoutMsMax)
            ?? InRange("attempts_max", route.AttemptsMax, RouteLimits.AttemptsMaxMax)
            ?? InRange("backoff_initial_ms", route.BackoffInitialMs, RouteLimits.BackoffMsMax)
            ?? InRange("backoff_max_ms", route.BackoffMaxMs, RouteLimits.BackoffMsMax)
            ?? InRange("concurrency", route.Concurrency, RouteLimits.ConcurrencyMax)
            ?? InRange("rate_per_s", route.RatePerSecond, RouteLimits.RatePerSecondMax)
            ?? SecretsErrorOf(route);
    }

    /// <summary>The bytes of a secret as a client writes it; null if it is none.</summary>
    public static byte[]? SecretOf(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var bytes = new byte[secret.Length];
        var isRead = Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length);
        return isRead && length is >= SecretBytesMin and <= SecretBytesMax ? bytes[..length] : null;
    }

    private static ErrorReply? InRange(string field, int? value, int max) =>
        value is < 1 || value > max ? Replies.Invalid(field, $"must be 1 to {max}") : null;

    private static ErrorReply? SecretsErrorOf(RouteSpec route)
    {
        if (route.Secrets.IsDefault || route.Secrets.Length > RouteLimits.SecretsMax)
        {
            return Replies.Invalid("secrets", $"must be at most {RouteLimits.SecretsMax}");
        }

        foreach (var secret in route.Secrets)
        {
            if (secret is null || SecretOf(secret) is null)
            {
                return Replies.Invalid(
                    "secrets", $"must each be {SecretPrefix} and base64 of {SecretBytesMin} to {SecretBytesMax} bytes");
            }
        }

        return null;
    }
}
