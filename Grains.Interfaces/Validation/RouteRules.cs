using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a route to be may say. Whether its address may be reached from here, the nodes say.</summary>
public static class RouteRules
{
    private const string SecretPrefix = "whsec_";
    private static readonly string UrlLimit =
        string.Create(CultureInfo.InvariantCulture, $"{Limits.WebhookUrlBytesMax} bytes");

    /// <summary>Checks a route.</summary>
    /// <returns>The refusal; null if the route is fine. It never shows a secret.</returns>
    public static ErrorReply? Check(RouteSpec route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return NameRules.Check("id", route.Id)
            ?? CheckUrl(route.WebhookUrl)
            ?? CheckMode(route.Mode)
            ?? CheckRange("timeout_ms", route.TimeoutMs, Limits.TimeoutMsMax)
            ?? CheckRange("attempts_max", route.AttemptsMax, Limits.AttemptsMax)
            ?? CheckRange("backoff_initial_ms", route.BackoffInitialMs, Limits.BackoffMsMax)
            ?? CheckRange("backoff_max_ms", route.BackoffMaxMs, Limits.BackoffMsMax)
            ?? CheckRange("concurrency", route.Concurrency, Limits.ConcurrencyMax)
            ?? CheckRange("rate_per_s", route.RatePerSecond, Limits.RatePerSecondMax)
            ?? CheckSecrets(route.Secrets);
    }

    private static ErrorReply? CheckRange(string field, int? value, int max) =>
        value is { } given && (given < 1 || given > max) ? JobRules.NotWithin(field, 1, max) : null;

    private static ErrorReply? CheckMode(Delivery? mode) =>
        mode is null or Delivery.AtLeastOnce or Delivery.AtMostOnce
            ? null
            : InvalidField.Because("mode", "must be at_least_once or at_most_once", "at_least_once, at_most_once");

    private static ErrorReply? CheckUrl(string? url)
    {
        const string field = "webhook_url";
        if (string.IsNullOrEmpty(url))
        {
            return InvalidField.Because(field, "is required");
        }

        if (Encoding.UTF8.GetByteCount(url) > Limits.WebhookUrlBytesMax)
        {
            return InvalidField.Because(field, $"must be at most {UrlLimit} long", UrlLimit);
        }

        if (url.Any(character => character <= ' ' || character == '\\' || char.IsControl(character)))
        {
            return InvalidField.Because(field, "must not hold white space, control characters or backslashes");
        }

        var isWeb = Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps) && parsed.Host.Length > 0;
        if (!isWeb)
        {
            return InvalidField.Because(field, "must be an absolute http or https address");
        }

        return parsed!.UserInfo.Length > 0 || parsed.Fragment.Length > 0
            ? InvalidField.Because(field, "must have no user, password or fragment")
            : null;
    }

    private static ErrorReply? CheckSecrets(ImmutableArray<string> secrets)
    {
        if (secrets.IsDefaultOrEmpty)
        {
            return null;
        }

        if (secrets.Length > Limits.SecretsMax)
        {
            return InvalidField.Because("secrets", "must be one or two", "1 to 2");
        }

        return secrets.All(IsSecret)
            ? null
            : InvalidField.Because("secrets", "must each be whsec_ and base64 of 24 to 64 bytes", "24 to 64 bytes");
    }

    private static bool IsSecret(string? secret) =>
        secret is not null && secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
        && !secret.Any(char.IsWhiteSpace)
        && Base64.IsValid(secret.AsSpan(SecretPrefix.Length), out var bytes)
        && bytes is >= Limits.SecretBytesMin and <= Limits.SecretBytesMax;
}
