using System.Collections.Immutable;
using System.Globalization;

namespace TimeMachine.Grains.Interfaces.Validation;

/// <summary>What a route to be may say. Whether its address may be reached from here, the nodes say.</summary>
public static class RouteRules
{
    /// <summary>Checks a route.</summary>
    /// <returns>The refusal; null if the route is fine. It never shows a secret.</returns>
    public static ErrorReply? Check(RouteSpec? route) => route is null
        ? InvalidField.Because("route", "is required")
        : NameRules.Check("id", route.Id)
            ?? WebhookUrlRules.Check(route.WebhookUrl, out _)
            ?? CheckMode(route.Mode)
            ?? CheckRange("timeout_ms", route.TimeoutMs, Limits.TimeoutMsMax)
            ?? CheckRange("attempts_max", route.AttemptsMax, Limits.AttemptsMax)
            ?? CheckRange("backoff_initial_ms", route.BackoffInitialMs, Limits.BackoffMsMax)
            ?? CheckRange("backoff_max_ms", route.BackoffMaxMs, Limits.BackoffMsMax)
            ?? CheckBackoff(route)
            ?? CheckRange("concurrency", route.Concurrency, Limits.ConcurrencyMax)
            ?? CheckRange("rate_per_s", route.RatePerSecond, Limits.RatePerSecondMax)
            ?? CheckSecrets(route.Secrets);

    private static ErrorReply? CheckRange(string field, int? value, int max) =>
        value is { } given && (given < 1 || given > max) ? InvalidField.NotWithin(field, 1, max) : null;

    /// <summary>The first backoff is no longer than the longest; one that is not given is not either.</summary>
    private static ErrorReply? CheckBackoff(RouteSpec route)
    {
        var maxMs = route.BackoffMaxMs ?? Limits.BackoffMaxMsDefault;
        if (route.BackoffInitialMs is not { } initialMs || initialMs <= maxMs)
        {
            return null;
        }

        var invariant = CultureInfo.InvariantCulture;
        var byDefault = route.BackoffMaxMs is null ? " by default" : "";
        return InvalidField.Because(
            "backoff_initial_ms",
            string.Create(invariant, $"must be at most backoff_max_ms, which is {maxMs}{byDefault}"),
            string.Create(invariant, $"1 to {maxMs}"));
    }

    private static ErrorReply? CheckMode(Delivery? mode) =>
        mode is null or Delivery.AtLeastOnce or Delivery.AtMostOnce
            ? null
            : InvalidField.Because("mode", "must be at_least_once or at_most_once", "at_least_once, at_most_once");

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

        return secrets.All(secret => SecretRules.Decode(secret) is not null)
            ? null
            : InvalidField.Because("secrets", "must each be whsec_ and base64 of 24 to 64 bytes", "24 to 64 bytes");
    }
}
