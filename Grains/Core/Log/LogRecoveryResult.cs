namespace TimeMachine.Core.Log;

/// <summary>Whether a recovered group may be served.</summary>
public enum GroupStatus : byte
{
    /// <summary>All that was synced is there.</summary>
    Ok = 1,

    /// <summary>
    /// Something synced is lost or cannot be shown to be there: end the replica, rebuild it under a new id.
    /// </summary>
    Damaged = 2,
}

/// <summary>Why a recovery gave no log.</summary>
public enum LogRecoveryStatus : byte
{
    /// <summary>It gave one.</summary>
    Recovered = 1,

    /// <summary>A segment is of a newer format than this program reads; nothing was changed.</summary>
    UnsupportedFormat = 2,

    /// <summary>A segment was written with another segment size than the options give.</summary>
    SegmentBytesMismatch = 3,
}

/// <summary>What a recovery found.</summary>
public sealed class LogRecoveryResult
{
    /// <summary>Whether there is a log to go on with.</summary>
    public LogRecoveryStatus Status { get; internal init; }

    /// <summary>The log, positioned behind all that counts; null unless recovered.</summary>
    public NodeLog? Log { get; internal init; }

    /// <summary>The live and the damaged groups, by id.</summary>
    public IReadOnlyList<RecoveredGroup> Groups { get; internal init; } = [];

    /// <summary>The replica ids that were ended here, oldest first: none of them may come back.</summary>
    public IReadOnlyList<(GroupId Group, ReplicaId Replica)> DeadReplicas { get; internal init; } = [];

    /// <summary>Whether a torn tail was cut: writes that were never reported synced.</summary>
    public bool IsTailCut { get; internal init; }

    /// <summary>The slot of the last segment that counts; -1 in an empty log.</summary>
    public int TailSlot { get; internal init; } = -1;

    /// <summary>Where the log was cut in it: the offset behind the last batch that counts, in bytes.</summary>
    public int TailOffset { get; internal init; }

    /// <summary>The number that the next batch gets.</summary>
    public long NextBatch { get; internal init; }

    /// <summary>
    /// Whether damage lost track of which groups it hit: a group that is missing here may be one of them. The host ends
    /// every replica of the node and begins a new log; this one would never recycle what is lost.
    /// </summary>
    public bool IsFramingLost { get; internal init; }

    /// <summary>How many bad records, batches and segments were found below the highest synced position.</summary>
    public int DamageCount { get; internal init; }

    /// <summary>How many images carry another log's id; they count as free slots.</summary>
    public int ForeignCount { get; internal init; }
}
