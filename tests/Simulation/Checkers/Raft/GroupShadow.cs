namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What all replicas of a group must agree on.</summary>
/// <param name="group">The group.</param>
public sealed class GroupShadow(GroupId group)
{
    /// <summary>The group.</summary>
    public GroupId Group { get; } = group;

    /// <summary>The point before the first committed entry that was seen.</summary>
    public LogIndex CommittedBase { get; internal set; }

    /// <summary>The highest index that any replica saw committed.</summary>
    public LogIndex Committed => CommittedBase + Commits.Count;

    /// <summary>The highest index that any replica applied.</summary>
    public LogIndex Applied { get; internal set; }

    /// <summary>The highest term with a leader, and that leader.</summary>
    public (Term Term, ReplicaId Replica, NodeId Node) Leader { get; internal set; }

    internal Dictionary<Term, ReplicaId> Leaders { get; } = [];

    internal Dictionary<(LogIndex Index, Term Term), Appended> Chains { get; } = [];

    internal List<Commit> Commits { get; } = [];

    internal Dictionary<LogIndex, UInt128> ContentHashes { get; } = [];

    internal Dictionary<ReplicaId, DiskShadow> Disks { get; } = [];

    internal Dictionary<(ReplicaId Voter, Term Term), ReplicaId> Votes { get; } = [];

    internal Dictionary<(LogIndex Index, ulong Chain), IReadOnlyList<ReplicaId>> Configurations { get; } = [];

    internal HashSet<ReplicaId> Dead { get; } = [];

    /// <summary>How far each replica may commit by what leaders told it, and by what it counted itself.</summary>
    internal Dictionary<ReplicaId, LogIndex> Told { get; } = [];

    internal LogIndex ToldOf(ReplicaId replica) => Told.GetValueOrDefault(replica);

    internal void Tell(ReplicaId replica, LogIndex commit)
    {
        if (commit > ToldOf(replica))
        {
            Told[replica] = commit;
        }
    }

    internal bool IsEmpty => Chains.Count == 0;

    internal Commit CommitAt(LogIndex index) => Commits[(int)(index - CommittedBase - 1)];

    /// <summary>An entry as first appended anywhere.</summary>
    /// <param name="Chain">The log's chain there.</param>
    /// <param name="TrueUs">When.</param>
    /// <param name="Node">Where.</param>
    internal readonly record struct Appended(ulong Chain, long TrueUs, NodeId Node);

    /// <summary>An entry as first committed anywhere.</summary>
    /// <param name="Term">Its term.</param>
    /// <param name="Chain">The log's chain there.</param>
    /// <param name="InTerm">The term in which a replica first saw it committed.</param>
    internal readonly record struct Commit(Term Term, ulong Chain, Term InTerm);
}
