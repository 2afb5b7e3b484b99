namespace TimeMachine.Grains.Cluster;

/// <summary>A replica as its node sees it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.replica-report")]
internal sealed record ReplicaReport
{
    /// <summary>The group.</summary>
    [Id(0)]
    public int Group { get; init; }

    /// <summary>The replica.</summary>
    [Id(1)]
    public ulong Replica { get; init; }

    /// <summary>Its term.</summary>
    [Id(2)]
    public long Term { get; init; }

    /// <summary>Where its configuration stands in the log.</summary>
    [Id(3)]
    public long ConfigurationIndex { get; init; }

    /// <summary>How far the log is known to be committed.</summary>
    [Id(4)]
    public long CommitIndex { get; init; }

    /// <summary>Whether it leads, and hears a quorum.</summary>
    [Id(5)]
    public bool IsLeader { get; init; }

    /// <summary>Of a leader: whether it would take a change of its members.</summary>
    [Id(6)]
    public bool IsChangeable { get; init; }

    /// <summary>Of a leader: the members.</summary>
    [Id(7)]
    public List<MemberReport> Members { get; init; } = [];
}
