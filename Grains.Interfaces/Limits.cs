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
}
