namespace TimeMachine.Core.Raft;

/// <summary>The messages of a group. Numbers are stable and append-only.</summary>
public enum RaftMessageKind : byte
{
    /// <summary>Would you vote for me? (thesis 9.6)</summary>
    RequestPreVote = 1,

    /// <summary>The answer to it.</summary>
    PreVoteResponse = 2,

    /// <summary>Vote for me (paper 5.2).</summary>
    RequestVote = 3,

    /// <summary>The answer to it.</summary>
    VoteResponse = 4,

    /// <summary>Entries behind a previous one (paper 5.3).</summary>
    AppendEntries = 5,

    /// <summary>The answer to it.</summary>
    AppendResponse = 6,

    /// <summary>The leader lives; carries the commit index and a round of reads.</summary>
    Heartbeat = 7,

    /// <summary>The answer to it.</summary>
    HeartbeatResponse = 8,

    /// <summary>A part of an image (paper 7).</summary>
    InstallSnapshot = 9,

    /// <summary>The answer to it.</summary>
    InstallSnapshotResponse = 10,

    /// <summary>Campaign at once (thesis 3.10).</summary>
    TimeoutNow = 11,
}

/// <summary>One message of one group. All kinds share the struct; a kind uses the fields that its summary
/// names.</summary>
public record struct RaftMessage
{
    /// <summary>What it is.</summary>
    public RaftMessageKind Kind { get; set; }

    /// <summary>The group.</summary>
    public GroupId Group { get; set; }

    /// <summary>The sending replica.</summary>
    public ReplicaId From { get; set; }

    /// <summary>The replica meant; any other ignores it.</summary>
    public ReplicaId To { get; set; }

    /// <summary>The sender's term; of a pre-vote the term asked for.</summary>
    public Term Term { get; set; }

    /// <summary>AppendEntries: the entry before. Votes: the candidate's last. AppendResponse: the match, or what was
    /// refused. InstallSnapshot: the image's index.</summary>
    public LogIndex Index { get; set; }

    /// <summary>The term at <see cref="Index"/>.</summary>
    public Term LogTerm { get; set; }

    /// <summary>The leader's commit index, as far as the receiver may trust it.</summary>
    public LogIndex Commit { get; set; }

    /// <summary>Whether an answer refuses.</summary>
    public bool IsRejected { get; set; }

    /// <summary>A refused append: where the follower's log may match.</summary>
    public LogIndex HintIndex { get; set; }

    /// <summary>The follower's term at <see cref="HintIndex"/>.</summary>
    public Term HintTerm { get; set; }

    /// <summary>RequestVote: the leader wants this election, so a vote is not withheld for its sake.</summary>
    public bool IsForced { get; set; }

    /// <summary>Heartbeats: the round that an answer confirms.</summary>
    public long ReadRound { get; set; }

    /// <summary>Answers: the follower's applied index.</summary>
    public LogIndex Applied { get; set; }

    /// <summary>AppendEntries, outgoing: the first entry, taken from the sender's log when it is encoded.</summary>
    public LogIndex EntriesFirst { get; set; }

    /// <summary>AppendEntries: how many entries.</summary>
    public int EntryCount { get; set; }

    /// <summary>AppendEntries: the encoded entries, of incoming messages and of those read from disk.</summary>
    public ReadOnlyMemory<byte> EntriesBytes { get; set; }

    /// <summary>Images: the transfer.</summary>
    public ulong SnapshotId { get; set; }

    /// <summary>Images: where the part begins; in answers: what is wanted next.</summary>
    public long Offset { get; set; }

    /// <summary>Images: whether it ends here; in answers: whether it is installed.</summary>
    public bool IsLast { get; set; }

    /// <summary>Images: the part.</summary>
    public ReadOnlyMemory<byte> ChunkBytes { get; set; }

    /// <summary>Images: the configuration as of the index.</summary>
    public ReadOnlyMemory<byte> ConfigurationBytes { get; set; }

    /// <summary>AppendEntries: the last entry.</summary>
    public readonly LogIndex EntriesLast => EntriesFirst + EntryCount - 1;
}
