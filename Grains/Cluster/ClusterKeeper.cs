using System.Security.Cryptography;
using TimeMachine.Core.Cluster;
using TimeMachine.Core.Node;
using TimeMachine.Core.SystemGroup;
using CoreView = TimeMachine.Core.Cluster.ClusterView;

namespace TimeMachine.Grains.Cluster;

/// <summary>
/// One round of keeping the cluster as the plan says, from the nodes' reports: what to ask of whom. Runs where the
/// system group is led; on two nodes for a moment, which harms nothing.
/// </summary>
/// <param name="options">The reconciler's limits.</param>
internal sealed class ClusterKeeper(ReconcilerOptions options)
{
    /// <summary>The first serial that the keeper gives out; those before belong to a formation.</summary>
    private const uint FirstSerial = 1u << 20;

    private readonly Reconciler _reconciler = new(options);

    /// <summary>The reports of disks that may speak for their nodes. Another disk under the name of a node may not yet:
    /// what it says of the node's replicas does not count before the system group has let it in.</summary>
    public static Dictionary<NodeId, NodeReport> AdmittedOf(
        IReadOnlyDictionary<NodeId, NodeReport> reports, NodeRegistry nodes) =>
        reports.Where(pair => nodes.IsAdmitted(pair.Key, pair.Value.Tag))
            .ToDictionary(static pair => pair.Key, static pair => pair.Value);

    /// <summary>Steps towards the plan, each for the node that leads the group.</summary>
    public List<(NodeId Leader, GroupStep Step)> Reconcile(
        ClusterPlan plan, IReadOnlyDictionary<NodeId, NodeReport> reports, MonoMs now)
    {
        var leaders = LeadersOf(reports);
        var groups = new List<GroupStatus>();
        var lost = new HashSet<LostReplica>();
        foreach (var (_, report) in leaders.Values)
        {
            groups.Add(StatusOf(report));
            NoteLost(report, reports, lost);
        }

        var nodes = plan.Nodes.FindAll(node => node.IsIn).ConvertAll(node => StatusOf(node, reports));
        var steps = new List<ReconcileStep>();
        var view = new CoreView(PlanChange.MapOf(plan), nodes, groups, lost);
        _reconciler.Advance(view, now, steps);
        return steps.ConvertAll(step => (leaders[step.Group].Node, StepOf(step, reports)));
    }

    /// <summary>A step was refused: the group is not as it was decided on.</summary>
    public void OnRefused(GroupStep step) => _reconciler.OnRefused(new GroupId(step.Group));

    /// <summary>Replicas that their groups' leaders no longer count as members, to be ended where they are.</summary>
    public static List<(NodeId Node, NamedReplica Replica)> LeftoversOf(
        IReadOnlyDictionary<NodeId, NodeReport> reports)
    {
        var leaders = LeadersOf(reports);
        var found = new List<(NodeId, NamedReplica)>();
        foreach (var (node, report) in reports)
        {
            foreach (var replica in report.Replicas)
            {
                if (leaders.TryGetValue(new GroupId(replica.Group), out var leader)
                    && IsLeftover(replica, leader.Replica))
                {
                    found.Add((node, new NamedReplica(replica.Group, replica.Replica)));
                }
            }
        }

        return found;
    }

    /// <summary>Nodes that the system group is to let take part, or to let go.</summary>
    public static List<SystemCommand> AdmissionsOf(
        ClusterPlan plan, IReadOnlyDictionary<NodeId, NodeReport> reports, NodeCore core, MonoMs now)
    {
        var commands = new List<SystemCommand>();
        if (core.SystemMachine is not { } machine)
        {
            return commands;
        }

        foreach (var planned in plan.Nodes)
        {
            var node = new NodeId(planned.Id);
            var isKnown = machine.Nodes.TryGet(node, out var record) && !record.IsRetired;
            var report = reports.GetValueOrDefault(node);
            if (planned.IsIn && report is not null && !machine.Nodes.IsAdmitted(node, report.Tag))
            {
                commands.Add(new SystemCommand
                {
                    Kind = SystemCommandKind.AdmitNode,
                    Name = planned.Name,
                    Node = node,
                    Incarnation = report.Tag,
                    SilentMs = core.SilentMs(node, now),
                });
            }
            else if (!planned.IsIn && isKnown && !IsMemberAnywhere(node, reports))
            {
                commands.Add(new SystemCommand { Kind = SystemCommandKind.RetireNode, Name = planned.Name });
            }
        }

        return commands;
    }

    /// <summary>The leaders that hear their quorums; of two the one of the newer term.</summary>
    public static Dictionary<GroupId, (NodeId Node, ReplicaReport Replica)> LeadersOf(
        IReadOnlyDictionary<NodeId, NodeReport> reports)
    {
        var leaders = new Dictionary<GroupId, (NodeId Node, ReplicaReport Replica)>();
        foreach (var (node, report) in reports)
        {
            foreach (var replica in report.Replicas)
            {
                var group = new GroupId(replica.Group);
                var isNewer = !leaders.TryGetValue(group, out var known) || replica.Term > known.Replica.Term;
                if (replica.IsLeader && isNewer)
                {
                    leaders[group] = (node, replica);
                }
            }
        }

        return leaders;
    }

    /// <summary>What the leader has not committed there, nobody has: a later change that is known here was lost.
    /// </summary>
    private static bool IsLeftover(ReplicaReport replica, ReplicaReport leader)
    {
        var isCommitted = leader.ConfigurationIndex <= leader.CommitIndex;
        var isOlder = replica.Term <= leader.Term && replica.ConfigurationIndex <= leader.CommitIndex;
        return isCommitted && isOlder && !leader.Members.Exists(member => member.Replica == replica.Replica);
    }

    private static bool IsMemberAnywhere(NodeId node, IReadOnlyDictionary<NodeId, NodeReport> reports) =>
        LeadersOf(reports).Values.Any(leader => leader.Replica.Members.Exists(member => member.Node == node.Value));

    private static GroupStatus StatusOf(ReplicaReport report) => new(
        new GroupId(report.Group),
        new ReplicaId(report.Replica),
        new LogIndex(report.ConfigurationIndex),
        report.IsChangeable,
        report.Members.ConvertAll(member => new ReplicaStatus(
            new ReplicaId(member.Replica),
            new NodeId(member.Node),
            member.IsVoter,
            member.IsHeard,
            member.LagEntries)));

    private static NodeStatus StatusOf(PlannedNode planned, IReadOnlyDictionary<NodeId, NodeReport> reports)
    {
        var node = new NodeId(planned.Id);
        var report = reports.GetValueOrDefault(node);
        return new NodeStatus(node, report is not null, report?.MayLead ?? false);
    }

    /// <summary>A member of another disk, or one that its node has ended, is lost.</summary>
    private static void NoteLost(
        ReplicaReport leader, IReadOnlyDictionary<NodeId, NodeReport> reports, HashSet<LostReplica> lost)
    {
        foreach (var member in leader.Members)
        {
            if (!reports.TryGetValue(new NodeId(member.Node), out var report))
            {
                continue;
            }

            var isOfOtherDisk = (uint)(member.Replica >> 32) != report.Tag;
            if (isOfOtherDisk || report.Dead.Contains(member.Replica))
            {
                lost.Add(new LostReplica(new GroupId(leader.Group), new ReplicaId(member.Replica)));
            }
        }
    }

    private static GroupStep StepOf(in ReconcileStep step, IReadOnlyDictionary<NodeId, NodeReport> reports) => new()
    {
        Group = step.Group.Value,
        Kind = (byte)step.Kind,
        Replica = step.Kind == ReconcileKind.AddLearner
            ? new NodeIdentity(reports[step.Node].Tag, IsFormed: true).Replica(DrawSerial()).Value
            : step.Replica.Value,
        Node = step.Node.Value,
        ConfigurationIndex = step.ConfigurationIndex.Value,
    };

    private static uint DrawSerial() =>
        Math.Max(FirstSerial, BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))));
}
