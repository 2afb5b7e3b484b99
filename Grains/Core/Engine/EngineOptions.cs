using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <summary>Limits and times of a node's engine.</summary>
public sealed record EngineOptions
{
    /// <summary>The options of every group.</summary>
    public RaftOptions Raft { get; init; } = new();

    /// <summary>The largest data batch to one peer in bytes, unless a single entry is larger: 4 KiB to 1 MiB.</summary>
    public int BatchBytesMax { get; init; } = 256 * 1024;

    /// <summary>The most data sent to one peer and not yet seen by it, in bytes. More waits in the engine.</summary>
    public long PeerUnseenBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// The most appends that wait for one peer's window; more are dropped and asked for again by Raft.
    /// </summary>
    public int PeerWaitingMax { get; init; } = 1024;

    /// <summary>How long a peer may leave sent data unseen before it counts as lost, in ms.</summary>
    public int PeerSilenceMs { get; init; } = 1_000;

    /// <summary>
    /// The largest payload of an entry in bytes; larger ones are refused. At most the log's own limit.
    /// </summary>
    public int PayloadBytesMax { get; init; } = 1024 * 1024;

    /// <summary>The applied entries that a group keeps in memory for peers that lag, 0 to 1,000,000. Older ones are
    /// read from disk.</summary>
    public int CacheEntries { get; init; } = 256;

    /// <summary>The bytes of entries that all groups together keep in memory for peers that lag: above it a group keeps
    /// no more than its share. Older entries are read from disk.</summary>
    public long CacheBytes { get; init; } = 8L * 1024 * 1024;

    /// <summary>The bytes of one part of an image, 1 KiB to 256 KiB.</summary>
    public int ChunkBytes { get; init; } = 256 * 1024;

    /// <summary>How long a part of an image waits for its answer before it is sent again, in ms.</summary>
    public int ChunkRetryMs { get; init; } = 1_000;

    /// <summary>How often a part is sent before the transfer is given up.</summary>
    public int ChunkTriesMax { get; init; } = 5;

    /// <summary>How often the log's kept range is looked at, in ms.</summary>
    public int CompactionMs { get; init; } = 1_000;
}
