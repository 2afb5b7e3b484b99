using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Cluster;

/// <summary>All that one round of the reconciler looks at.</summary>
/// <param name="Target">The plan for the vnodes.</param>
/// <param name="Nodes">The nodes of the plan, ascending; a node that is not named is to leave.</param>
/// <param name="Groups">The system group and the vnodes' groups, in any order; those without a report may be
/// missing.</param>
/// <param name="Lost">Replicas that their nodes report as lost.</param>
public sealed record ClusterView(
    ShardMap Target,
    IReadOnlyList<NodeStatus> Nodes,
    IReadOnlyList<GroupStatus> Groups,
    IReadOnlySet<LostReplica> Lost);
