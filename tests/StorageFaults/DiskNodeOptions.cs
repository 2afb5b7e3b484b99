namespace TimeMachine.StorageFaults;

/// <summary>Limits of a node on a real disk: small, so that they are met soon.</summary>
public sealed record DiskNodeOptions
{
    /// <summary>The memory of rows that are not on disk yet, in bytes.</summary>
    public long FreshBytesMax { get; init; } = 64L << 20;

    /// <summary>Below so many free bytes of the log new work is refused.</summary>
    public long LogReserveBytes { get; init; } = 2L << 20;
}
