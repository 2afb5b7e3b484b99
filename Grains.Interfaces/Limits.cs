namespace TimeMachine.Grains.Interfaces;

/// <summary>The limits of requests.</summary>
public static class Limits
{
    /// <summary>The most code points of a database's, collection's, job's or route's name.</summary>
    public const int NameCodePointsMax = 256;

    /// <summary>The most bytes of a job's meta.</summary>
    public const int MetaBytesMax = 256 * 1024;

    /// <summary>The most bytes of a request's body that is no batch.</summary>
    public const int BodyBytesMax = 512 * 1024;

    /// <summary>The most bytes of a batch.</summary>
    public const int BatchBytesMax = 32 * 1024 * 1024;

    /// <summary>The most jobs of a batch.</summary>
    public const int BatchJobsMax = 10_000;

    /// <summary>The most jobs of a page.</summary>
    public const int PageJobsMax = 1_000;

    /// <summary>The most characters of an idempotency key.</summary>
    public const int IdempotencyKeyCharsMax = 256;

    /// <summary>How far ahead a job may be, in ms: 100 years of 365.25 days.</summary>
    public const long HorizonMs = 3_155_760_000_000;

    /// <summary>How deeply a job's meta may be nested.</summary>
    public const int MetaDepthMax = 64;

    /// <summary>The most characters of a page's cursor.</summary>
    public const int CursorCharsMax = 8_192;

    /// <summary>The most bytes of a route's address in UTF-8.</summary>
    public const int WebhookUrlBytesMax = 2_048;

    /// <summary>The longest time that an attempt may take, in ms; the least is 1.</summary>
    public const int TimeoutMsMax = 60_000;

    /// <summary>The most failed attempts before a job is dead; the least is 1.</summary>
    public const int AttemptsMax = 1_000;

    /// <summary>The longest backoff, in ms: a day; the least is 1.</summary>
    public const int BackoffMsMax = 86_400_000;

    /// <summary>The backoff after the first failure of a route that does not say it, in ms.</summary>
    public const int BackoffInitialMsDefault = 1_000;

    /// <summary>The longest backoff of a route that does not say it, in ms.</summary>
    public const int BackoffMaxMsDefault = 600_000;

    /// <summary>The most sends under way of a limited route; the least is 1.</summary>
    public const int ConcurrencyMax = 65_535;

    /// <summary>The most sends a second of a limited route; the least is 1.</summary>
    public const int RatePerSecondMax = 100_000;

    /// <summary>The most live signing secrets of a route: the old and the new one of a change.</summary>
    public const int SecretsMax = 2;

    /// <summary>The fewest bytes of a signing secret.</summary>
    public const int SecretBytesMin = 24;

    /// <summary>The most bytes of a signing secret.</summary>
    public const int SecretBytesMax = 64;

    /// <summary>The most replicas of a vnode; the least is 1.</summary>
    public const int ReplicasMax = 7;

    /// <summary>The most shards of a cluster; the least is 1.</summary>
    public const int ShardsMax = 4_096;
}
