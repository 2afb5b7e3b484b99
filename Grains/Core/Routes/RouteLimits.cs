namespace TimeMachine.Core.Routes;

/// <summary>The limits of a route's fields: the edge refuses what is outside, the codec does not read it.</summary>
public static class RouteLimits
{
    /// <summary>The most bytes of a webhook's address in UTF-8.</summary>
    public const int WebhookUrlBytesMax = 2_048;

    /// <summary>The most time that an attempt may take, in ms; the least is 1.</summary>
    public const int TimeoutMsMax = 60_000;

    /// <summary>The most failed attempts before a job is dead; the least is 1.</summary>
    public const int AttemptsMaxMax = 1_000;

    /// <summary>The longest backoff, in ms: a day.</summary>
    public const int BackoffMsMax = 86_400_000;

    /// <summary>The most sends under way of a limited route.</summary>
    public const int ConcurrencyMax = 65_535;

    /// <summary>The most sends a second of a limited route.</summary>
    public const int RatePerSecondMax = 100_000;

    /// <summary>The most live signing secrets: the old and the new one of a rotation.</summary>
    public const int SecretsMax = 2;

    /// <summary>The most bytes of a signing secret.</summary>
    public const int SecretBytesMax = 256;
}
