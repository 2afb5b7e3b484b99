namespace TimeMachine.Core.Raft;

/// <summary>Whether a member counts for majorities. Numbers are stable.</summary>
public enum MemberKind : byte
{
    /// <summary>Votes and counts.</summary>
    Voter = 1,

    /// <summary>Receives the log only.</summary>
    Learner = 2,
}

/// <summary>One replica of a group and the node that it lives on.</summary>
public readonly record struct Member(ReplicaId Replica, NodeId Node, MemberKind Kind);

/// <summary>What a configuration change does. Numbers are stable.</summary>
public enum ConfigurationChangeKind : byte
{
    /// <summary>A new replica begins to receive the log.</summary>
    AddLearner = 1,

    /// <summary>A learner becomes a voter.</summary>
    Promote = 2,

    /// <summary>A member leaves for good.</summary>
    Remove = 3,
}

/// <summary>A change of one member: majorities before and after always overlap (thesis 4.1).</summary>
public readonly record struct ConfigurationChange(ConfigurationChangeKind Kind, ReplicaId Replica, NodeId Node);
