namespace TimeMachine.Grains.Cluster;

/// <summary>What a node says of itself.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.node-report")]
internal sealed record NodeReport
{
    /// <summary>Its number.</summary>
    [Id(0)]
    public int Node { get; init; }

    /// <summary>The random number on its disk.</summary>
    [Id(1)]
    public uint Tag { get; init; }

    /// <summary>Whether everything that it leads can fire.</summary>
    [Id(2)]
    public bool IsReady { get; init; }

    /// <summary>Whether leaderships may be moved to it: its clock and its disk are good, and it is not stopping.
    /// </summary>
    [Id(3)]
    public bool MayLead { get; init; }

    /// <summary>Its replicas.</summary>
    [Id(4)]
    public List<ReplicaReport> Replicas { get; init; } = [];

    /// <summary>Replicas of it that never speak again: removed, or damaged.</summary>
    [Id(5)]
    public List<ulong> Dead { get; init; } = [];

    /// <summary>The address of its REST interface; empty if it has none.</summary>
    [Id(6)]
    public string RestAddress { get; init; } = "";
}

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

/// <summary>A member as its group's leader sees it.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Node">Its node.</param>
/// <param name="IsVoter">Whether it votes.</param>
/// <param name="IsHeard">Whether it answers.</param>
/// <param name="LagEntries">How many entries it has not confirmed.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.member-report")]
internal sealed record MemberReport(
    [property: Id(0)] ulong Replica,
    [property: Id(1)] int Node,
    [property: Id(2)] bool IsVoter,
    [property: Id(3)] bool IsHeard,
    [property: Id(4)] long LagEntries);

/// <summary>Names a replica.</summary>
/// <param name="Group">The group.</param>
/// <param name="Replica">The replica.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.group-replica")]
internal sealed record NamedReplica([property: Id(0)] int Group, [property: Id(1)] ulong Replica);

/// <summary>A step for a group's leader.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.group-step")]
internal sealed record GroupStep
{
    /// <summary>The group.</summary>
    [Id(0)]
    public int Group { get; init; }

    /// <summary>What to do: a number of <c>ReconcileKind</c>.</summary>
    [Id(1)]
    public byte Kind { get; init; }

    /// <summary>The replica.</summary>
    [Id(2)]
    public ulong Replica { get; init; }

    /// <summary>Its node.</summary>
    [Id(3)]
    public int Node { get; init; }

    /// <summary>The configuration that it was decided on.</summary>
    [Id(4)]
    public long ConfigurationIndex { get; init; }
}
