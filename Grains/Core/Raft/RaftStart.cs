namespace TimeMachine.Core.Raft;

/// <summary>What a replica knows when it begins: all of it comes from its disk.</summary>
public readonly record struct RaftStart
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The replica.</summary>
    public required ReplicaId Self { get; init; }

    /// <summary>Term and vote; zero for a new replica.</summary>
    public HardState HardState { get; init; }

    /// <summary>The log as recovered.</summary>
    public required RaftLog Log { get; init; }

    /// <summary>Entries up to here are in the state machine's checkpoint.</summary>
    public LogIndex Applied { get; init; }

    /// <summary>The node's payload memory.</summary>
    public required PayloadArena Arena { get; init; }
}

/// <summary>What became of a proposal.</summary>
public enum ProposeStatus : byte
{
    /// <summary>Appended; it may still be replaced by another leader's entry.</summary>
    Accepted = 0,

    /// <summary>This replica does not lead.</summary>
    NotLeader = 1,

    /// <summary>Leadership is being handed over.</summary>
    Transferring = 2,

    /// <summary>Too much is uncommitted, or a majority lags in applying.</summary>
    Overloaded = 3,

    /// <summary>Another configuration change is not committed yet.</summary>
    ChangePending = 4,

    /// <summary>No entry of the leader's own term is committed yet.</summary>
    TermNotReady = 5,

    /// <summary>The configuration change does not fit.</summary>
    Invalid = 6,
}

/// <summary>What became of a request to read.</summary>
public enum ReadStatus : byte
{
    /// <summary>The answer comes with a later Ready.</summary>
    Accepted = 0,

    /// <summary>This replica does not lead.</summary>
    NotLeader = 1,

    /// <summary>No entry of the leader's own term is committed yet.</summary>
    TermNotReady = 2,

    /// <summary>Too many reads wait.</summary>
    Overloaded = 3,
}

/// <summary>What became of a request to hand leadership over.</summary>
public enum TransferStatus : byte
{
    /// <summary>Begun.</summary>
    Accepted = 0,

    /// <summary>This replica does not lead.</summary>
    NotLeader = 1,

    /// <summary>The target is no other voter.</summary>
    Invalid = 2,

    /// <summary>Another transfer is under way.</summary>
    Busy = 3,
}
