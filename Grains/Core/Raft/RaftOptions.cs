namespace TimeMachine.Core.Raft;

/// <summary>Times and limits of one group.</summary>
public sealed record RaftOptions
{
    /// <summary>The time between heartbeats, in ms: 5 to 10,000.</summary>
    public int HeartbeatMs { get; init; } = 50;

    /// <summary>The shortest election timeout, in ms: at least 5 x the heartbeat.</summary>
    public int ElectionMinMs { get; init; } = 300;

    /// <summary>The longest election timeout, in ms: above the shortest, at most 60,000.</summary>
    public int ElectionMaxMs { get; init; } = 600;

    /// <summary>The most append messages in flight to one peer.</summary>
    public int WindowMessagesMax { get; init; } = 256;

    /// <summary>The most bytes of entries in flight to one peer.</summary>
    public long WindowBytesMax { get; init; } = 1024 * 1024;

    /// <summary>The most bytes of entries in one append, unless a single entry is larger.</summary>
    public int AppendBytesMax { get; init; } = 256 * 1024;

    /// <summary>The most bytes that a leader keeps uncommitted; more is refused with Overloaded.</summary>
    public long UncommittedBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>How far a peer's applied index may lag behind what it has stored, in entries.</summary>
    public long ApplyLagEntriesMax { get; init; } = 50_000;

    /// <summary>The most reads that wait for a round; more are refused with Overloaded.</summary>
    public int ReadsMax { get; init; } = 65_536;

    /// <summary>Names the first setting that is out of its range; null if all are fine.</summary>
    public string? Check() => this switch
    {
        { HeartbeatMs: < 5 or > 10_000 } => "HeartbeatMs must be from 5 to 10,000.",
        _ when ElectionMinMs < 5 * HeartbeatMs => "ElectionMinMs must be at least 5 x HeartbeatMs.",
        _ when ElectionMaxMs <= ElectionMinMs || ElectionMaxMs > 60_000 =>
            "ElectionMaxMs must be above ElectionMinMs and at most 60,000.",
        { WindowMessagesMax: < 1 or > 65_536 } => "WindowMessagesMax must be from 1 to 65,536.",
        { WindowBytesMax: < 1024 } => "WindowBytesMax must be at least 1,024.",
        { AppendBytesMax: < 1024 or > 16 * 1024 * 1024 } => "AppendBytesMax must be from 1 KiB to 16 MiB.",
        { UncommittedBytesMax: < 64 * 1024 } => "UncommittedBytesMax must be at least 64 KiB.",
        { ApplyLagEntriesMax: < 1 } => "ApplyLagEntriesMax must be positive.",
        { ReadsMax: < 1 } => "ReadsMax must be positive.",
        _ => null,
    };
}
