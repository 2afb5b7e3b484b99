namespace TimeMachine.Core.Log;

/// <summary>One group as recovered.</summary>
public sealed class RecoveredGroup
{
    internal RecoveredGroup(GroupId group, ReplicaId replica, GroupStatus status)
    {
        Group = group;
        Replica = replica;
        Status = status;
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>The replica's id; none when damage left no trace of it.</summary>
    public ReplicaId Replica { get; }

    /// <summary>Whether it may be served. The rest of a damaged group is empty.</summary>
    public GroupStatus Status { get; }

    /// <summary>The term of the last hard state.</summary>
    public Term Term { get; internal set; }

    /// <summary>Its vote.</summary>
    public ReplicaId Vote { get; internal set; }

    /// <summary>Its commit index: a hint, it may be old.</summary>
    public LogIndex Commit { get; internal set; }

    /// <summary>The point before the first entry kept.</summary>
    public LogIndex BaseIndex { get; internal set; }

    /// <summary>Its term.</summary>
    public Term BaseTerm { get; internal set; }

    /// <summary>The encoded configuration in force at that point.</summary>
    public ReadOnlyMemory<byte> BaseConfiguration { get; internal set; }

    /// <summary>The entries behind the base, without a gap. Payloads are slices of the images.</summary>
    public IReadOnlyList<LogEntry> Entries { get; internal set; } = [];
}
