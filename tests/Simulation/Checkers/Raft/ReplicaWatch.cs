namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>The checkers' handle of one replica in one life of its node's process.</summary>
public sealed class ReplicaWatch
{
    internal ReplicaWatch(NodeId node, GroupShadow group, ReplicaId replica, DiskShadow disk)
    {
        Node = node;
        Shadow = group;
        Replica = replica;
        Disk = disk;
    }

    /// <summary>The node that holds it.</summary>
    public NodeId Node { get; }

    /// <summary>Its group.</summary>
    public GroupId Group => Shadow.Group;

    /// <summary>Its id.</summary>
    public ReplicaId Replica { get; }

    /// <summary>Whether its id may never vote or acknowledge again.</summary>
    public bool IsDead => Shadow.Dead.Contains(Replica);

    /// <summary>The last state seen.</summary>
    public ReplicaState State { get; internal set; }

    /// <summary>The last index of its log, as reported by the entries appended.</summary>
    public LogIndex LastAppended => Log.Last;

    /// <summary>The last index applied.</summary>
    public LogIndex Applied { get; internal set; }

    /// <summary>The index of the configuration in force at it.</summary>
    public LogIndex ConfigurationIndex { get; internal set; }

    /// <summary>The last index that it counts as persisted.</summary>
    internal LogIndex Persisted { get; set; }

    internal GroupShadow Shadow { get; }

    internal DiskShadow Disk { get; }

    internal ShadowLog Log { get; } = new();

    internal IReadOnlyList<ReplicaId> Voters { get; set; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"group {Group} replica {Replica} node {Node}";
}
