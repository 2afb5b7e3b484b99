using System.Linq;

namespace TimeMachine.Core.Cluster;

/// <summary>
/// What is right for one group: the first rule that applies gives the step, and each rule brings the group nearer to
/// its target, so that the rounds come to an end.
/// </summary>
/// <remarks>
/// The order is: out with the lost, in with the missing, promote, only then out with the surplus. A removal passes
/// <see cref="KeepsLiveQuorum"/>, always. Voters are promoted so that an even count, which tolerates no more than the
/// odd count below it, lasts for moments only.
/// </remarks>
internal sealed class GroupPlan(ClusterView view, GroupStatus group, TargetNodes target, ReconcilerOptions options)
{
    /// <summary>The next step, or null: nothing to do, or nothing that is safe now.</summary>
    /// <param name="canCatchUp">Whether one more learner may catch up on a node.</param>
    public ReconcileStep? Next(Predicate<NodeId> canCatchUp)
    {
        if (group.Leader == ReplicaId.None || !group.IsChangeable)
        {
            return null;
        }

        return RemoveLost() ?? AddMissing(canCatchUp) ?? PromoteReady() ?? RemoveSurplus();
    }

    /// <summary>The transfer to the leader that the plan prefers, or null.</summary>
    public ReconcileStep? Balance()
    {
        if (group.Leader == ReplicaId.None || !group.IsChangeable || target.PreferredLeader == NodeId.None)
        {
            return null;
        }

        return TransferTo(replica => replica.Node == target.PreferredLeader);
    }

    private ReconcileStep? RemoveLost()
    {
        foreach (var replica in group.Replicas)
        {
            if (IsLost(replica) && CanRemove(replica))
            {
                return Step(ReconcileKind.Remove, replica);
            }
        }

        return null;
    }

    private ReconcileStep? AddMissing(Predicate<NodeId> canCatchUp)
    {
        foreach (var node in view.Nodes)
        {
            var isWanted = target.IsVoter(node.Node) || target.IsLearner(node.Node);
            if (isWanted && node.IsAlive && !Holds(node.Node) && canCatchUp(node.Node))
            {
                return new(group.Group, ReconcileKind.AddLearner, ReplicaId.None, node.Node, group.ConfigurationIndex);
            }
        }

        return null;
    }

    private ReconcileStep? PromoteReady()
    {
        var ready = Find(IsReady);
        if (ready is null)
        {
            return null;
        }

        var voterCount = Count(replica => replica.IsVoter);
        var makesOdd = voterCount % 2 == 0;
        var isFollowedSoon = Count(IsReady) > 1 || Count(IsSurplusVoter) > 0;
        var isLastOne = voterCount + 1 == target.VoterCount;
        return makesOdd || isFollowedSoon || isLastOne ? Step(ReconcileKind.Promote, ready.Value) : null;
    }

    private ReconcileStep? RemoveSurplus()
    {
        var surplus = Find(replica => !replica.IsVoter && !IsWantedLearner(replica) && !NeedsRoutes(replica.Node))
            ?? Find(replica => IsSurplusVoter(replica) && replica.Replica != group.Leader && !NeedsRoutes(replica.Node))
            ?? Find(replica => IsSurplusVoter(replica) && !NeedsRoutes(replica.Node));
        if (surplus is not { } leaver || (leaver.IsVoter && !IsReplaced(leaver)))
        {
            return null;
        }

        return leaver.Replica == group.Leader
            ? TransferTo(replica => replica.Node == target.PreferredLeader) ?? TransferTo(IsTargetVoter)
            : CanRemove(leaver) ? Step(ReconcileKind.Remove, leaver) : null;
    }

    // A voter stays until there are as many others as the target wants: a node that is down for a moment must not cost
    // its groups a voter, and with one voter less the next disk that dies takes the group with it. While the leaver may
    // still answer, the others must.
    private bool IsReplaced(ReplicaStatus leaver)
    {
        var isSilent = !leaver.IsHeard && !IsAlive(leaver.Node);
        var others = Count(replica =>
            replica.IsVoter && replica.Replica != leaver.Replica && (isSilent || IsLive(replica)));
        return others >= target.VoterCount;
    }

    private ReconcileStep? TransferTo(Predicate<ReplicaStatus> isWanted)
    {
        var leader = Find(replica => replica.Replica == group.Leader);
        if (leader is not null && isWanted(leader.Value))
        {
            return null;
        }

        var taker = Find(replica =>
            isWanted(replica) && replica.IsVoter && IsCaughtUp(replica) && MayLead(replica.Node));
        return taker is null ? null : Step(ReconcileKind.TransferLeadership, taker.Value);
    }

    private bool CanRemove(ReplicaStatus leaver) =>
        leaver.Replica != group.Leader && (!leaver.IsVoter || KeepsLiveQuorum(leaver));

    /// <summary>
    /// Whether the voters that would remain have a majority among them that is alive and has its data.
    /// </summary>
    private bool KeepsLiveQuorum(ReplicaStatus leaver)
    {
        var remaining = Count(replica => replica.IsVoter && replica.Replica != leaver.Replica);
        var live = Count(replica => replica.IsVoter && replica.Replica != leaver.Replica && IsLive(replica));
        return live >= (remaining / 2) + 1;
    }

    private bool IsReady(ReplicaStatus replica) =>
        !replica.IsVoter && target.IsVoter(replica.Node) && !HasVoter(replica.Node) && IsCaughtUp(replica);

    private bool IsCaughtUp(ReplicaStatus replica) => IsLive(replica) && replica.LagEntries <= options.CaughtUpLagMax;

    private bool IsLive(ReplicaStatus replica) => replica.IsHeard && !IsLost(replica);

    private bool IsLost(ReplicaStatus replica) => view.Lost.Contains(new LostReplica(group.Group, replica.Replica));

    private bool IsTargetVoter(ReplicaStatus replica) => replica.IsVoter && target.IsVoter(replica.Node);

    private bool IsSurplusVoter(ReplicaStatus replica) => replica.IsVoter && !target.IsVoter(replica.Node);

    // A node that leaves still triggers for the vnodes that it leads, by the routes that the system group tells it.
    private bool NeedsRoutes(NodeId node) => group.Group.IsSystem
        && !view.Nodes.Any(status => status.Node == node)
        && view.Groups.Any(other => !other.Group.IsSystem && other.Replicas.Any(replica => replica.Node == node));

    // A learner beside a member on its own node is the leftover of a step that was decided twice.
    private bool IsWantedLearner(ReplicaStatus replica) =>
        (target.IsVoter(replica.Node) || target.IsLearner(replica.Node))
        && !group.Replicas.Any(other => other.Node == replica.Node && IsBefore(other, replica));

    private static bool IsBefore(ReplicaStatus other, ReplicaStatus replica) =>
        other.IsVoter || (other.Replica != replica.Replica && other.Replica < replica.Replica);

    private bool Holds(NodeId node) => Count(replica => replica.Node == node) > 0;

    private bool HasVoter(NodeId node) => Count(replica => replica.Node == node && replica.IsVoter) > 0;

    private bool MayLead(NodeId node) =>
        view.Nodes.Any(status => status.Node == node && status.IsAlive && status.MayLead);

    private bool IsAlive(NodeId node) => view.Nodes.Any(status => status.Node == node && status.IsAlive);

    private int Count(Predicate<ReplicaStatus> isCounted)
    {
        var count = 0;
        foreach (var replica in group.Replicas)
        {
            count += isCounted(replica) ? 1 : 0;
        }

        return count;
    }

    private ReplicaStatus? Find(Predicate<ReplicaStatus> isIt)
    {
        foreach (var replica in group.Replicas)
        {
            if (isIt(replica))
            {
                return replica;
            }
        }

        return null;
    }

    private ReconcileStep Step(ReconcileKind kind, ReplicaStatus replica) =>
        new(group.Group, kind, replica.Replica, replica.Node, group.ConfigurationIndex);
}
