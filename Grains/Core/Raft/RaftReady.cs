namespace TimeMachine.Core.Raft;

/// <summary>A read: confirmed as of an index, or lost with the leadership.</summary>
public readonly record struct ReadResult(ulong Token, LogIndex ReadIndex, bool IsConfirmed);

/// <summary>Entries that a peer needs and that are not in memory.</summary>
public readonly record struct EntryRead(ReplicaId Peer, LogIndex First, LogIndex Last, int BytesMax);

/// <summary>A peer's next entry is gone from the log: it needs an image.</summary>
public readonly record struct SnapshotNeed(ReplicaId Peer);

/// <summary>Everything that follows from a group's inputs since the last time. The caller owns it and uses it
/// again.</summary>
public sealed class RaftReady
{
    /// <summary>Whether term or vote changed.</summary>
    public bool MustPersistHardState { get; internal set; }

    /// <summary>The hard state to write, and the one in force.</summary>
    public HardState HardState { get; internal set; }

    /// <summary>The first entry to write; at or below an earlier last one it truncates.</summary>
    public LogIndex PersistFirst { get; internal set; }

    /// <summary>The last entry to write; below the first if there is none.</summary>
    public LogIndex PersistLast { get; internal set; }

    /// <summary>Messages that may leave at once.</summary>
    public List<RaftMessage> Messages { get; } = [];

    /// <summary>Messages that may leave once all of this and of every earlier Ready is synced.</summary>
    public List<RaftMessage> MessagesAfterPersist { get; } = [];

    /// <summary>The first entry to apply.</summary>
    public LogIndex ApplyFirst { get; internal set; }

    /// <summary>The last entry to apply; below the first if there is none.</summary>
    public LogIndex ApplyLast { get; internal set; }

    /// <summary>Reads that are decided.</summary>
    public List<ReadResult> Reads { get; } = [];

    /// <summary>Entries wanted from disk.</summary>
    public List<EntryRead> EntryReads { get; } = [];

    /// <summary>Peers that need an image.</summary>
    public List<SnapshotNeed> SnapshotNeeds { get; } = [];

    /// <summary>Whether role, term or leader changed.</summary>
    public bool RoleChanged { get; internal set; }

    internal void Clear()
    {
        MustPersistHardState = false;
        Messages.Clear();
        MessagesAfterPersist.Clear();
        Reads.Clear();
        EntryReads.Clear();
        SnapshotNeeds.Clear();
        RoleChanged = false;
    }
}
