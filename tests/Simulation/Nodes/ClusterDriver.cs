using TimeMachine.Core.Cluster;
using TimeMachine.Core.Raft;
using TimeMachine.Simulation.Faults;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Nodes;

/// <summary>
/// What stands above the nodes: runs the core's reconciler on what the leaders report, and tells the nemesis what it
/// may break. It sees all nodes at once; what it decides goes through the leaders' logs like everything else.
/// </summary>
public sealed partial class ClusterDriver : IEventTarget, IClusterUnderTest
{
    private const long EveryUs = 500_000;
    private const int MayLeadTerm = 1;
    private const long UnheardUsMax = 1_500_000;
    private readonly SimRun _run;
    private readonly ClusterPlan _plan;
    private readonly IReadOnlyList<SimNode> _nodes;
    private readonly Reconciler _reconciler = new(new ReconcilerOptions { CaughtUpLagMax = 50 });
    private readonly List<ReconcileStep> _steps = [];
    private readonly Dictionary<GroupId, Configuration> _known = [];
    private readonly Dictionary<int, long> _unheardSince = [];
    private SplitMix64 _draw;
    private uint _nextSerial = 100_000;

    /// <summary>Makes the driver and schedules its first round.</summary>
    public ClusterDriver(SimRun run, ClusterPlan plan, IReadOnlyList<SimNode> nodes)
    {
        _run = run;
        _plan = plan;
        _nodes = nodes;
        _draw = new SplitMix64(run.World.Seed ^ 0xC1A5);
        run.World.Schedule(EveryUs, this, MayLeadTerm);
    }

    /// <inheritdoc/>
    public int Address => -10;

    /// <inheritdoc/>
    public void OnEvent(in SimEvent simEvent)
    {
        AdmitAll();
        Reconcile();
        foreach (var node in _nodes)
        {
            DropLeftovers(node);
            CheckQuorums(node);
            node.CheckClocks();
        }

        _run.World.Schedule(_run.World.NowUs + EveryUs, this, MayLeadTerm);
    }

    /// <summary>The node that leads a group with a quorum behind it; null if there is none.</summary>
    public SimNode? LeaderOf(GroupId group)
    {
        SimNode? found = null;
        foreach (var node in _nodes)
        {
            var raft = node.Core?.Engine.Find(group);
            if (raft is { Role: RaftRole.Leader } && raft.IsLeaderConfirmed(node.Host.Clock.Mono)
                && (found is null || raft.Term > found.Core!.Engine.Find(group)!.Term))
            {
                found = node;
            }
        }

        return found;
    }

    /// <summary>A leader that hears no quorum leads no more: clients and jobs wait for another one.</summary>
    private void CheckQuorums(SimNode node)
    {
        if (node.Core is not { } core)
        {
            _unheardSince[node.Host.Address] = _run.World.NowUs;
            return;
        }

        var now = node.Host.Clock.Mono;
        var before = now - _run.Swarm.ElectionMaxMs - _run.Swarm.ElectionMinMs;
        var unheard = core.Engine.Groups.FirstOrDefault(raft =>
            raft.Role == RaftRole.Leader && !raft.HearsQuorum(now) && !raft.HearsQuorum(before));
        if (unheard is null)
        {
            _unheardSince[node.Host.Address] = _run.World.NowUs;
        }
        else if (_run.World.NowUs - _unheardSince.GetValueOrDefault(node.Host.Address) >= UnheardUsMax)
        {
            var text = $"node {node.Host.Address} leads group {unheard.Group} in term {unheard.Term} without a quorum";
            _run.World.Violate("check-quorum", text);
        }
    }

    private void AdmitAll()
    {
        if (LeaderOf(GroupId.System) is not { } leader || leader.Core!.SystemMachine is not { } machine)
        {
            return;
        }

        foreach (var node in _nodes)
        {
            var isPlanned = _plan.Nodes.Contains(new NodeId(node.Host.Address));
            if (isPlanned && node.Core is not null && leader.Core is not null
                && !machine.Nodes.IsAdmitted(new NodeId(node.Host.Address), node.Identity.Tag))
            {
                leader.ProposeAdmission(node);
            }
        }
    }

    private void Reconcile()
    {
        var groups = new List<GroupStatus>();
        var lost = new HashSet<LostReplica>();
        foreach (var group in _plan.Groups)
        {
            if (LeaderOf(group) is { } node)
            {
                var raft = node.Core!.Engine.Find(group)!;
                if (raft.ConfigurationIndex <= raft.CommitIndex)
                {
                    _known[group] = raft.Configuration;
                }

                groups.Add(StatusOf(node, raft, _draw.Chance(1, 3)));
                NoteLost(group, raft.Configuration, lost);
            }
        }

        var nodes = _nodes.Where(node => _plan.Nodes.Contains(new NodeId(node.Host.Address)))
            .Select(node => new NodeStatus(new NodeId(node.Host.Address), node.Core is not null, MayLead(node)))
            .ToList();
        _steps.Clear();
        var view = new ClusterView(_plan.Target, nodes, groups, lost);
        _reconciler.Advance(view, new MonoMs(_run.World.NowMs), _steps);
        foreach (var step in _steps)
        {
            Execute(step);
        }
    }

    private bool MayLead(SimNode node) => !IsStopping(node.Host.Address)
        && node.Core is { } core && !core.Engine.IsStorageFullOn(core.Self);

    private static GroupStatus StatusOf(SimNode node, RaftCore raft, bool isImpatient)
    {
        var replicas = new List<ReplicaStatus>();
        foreach (var member in raft.Configuration.Members)
        {
            raft.TryGetProgress(member.Replica, out var match, out _);
            replicas.Add(new ReplicaStatus(
                member.Replica,
                member.Node,
                member.Kind == MemberKind.Voter,
                IsHeard: raft.IsHeard(member.Replica, node.Host.Clock.Mono),
                raft.Log.LastIndex - match));
        }

        // Now and then it asks for a change while one is under way: the leader has to refuse it by itself.
        var isSettled = raft.ConfigurationIndex <= raft.CommitIndex || isImpatient;
        var isChangeable = raft.HasCommittedInTerm && isSettled
            && raft.TransferTarget == ReplicaId.None && !node.IsHandingOver(raft.Group);
        return new GroupStatus(raft.Group, raft.Self, raft.ConfigurationIndex, isChangeable, replicas);
    }

    private void NoteLost(GroupId group, Configuration configuration, HashSet<LostReplica> lost)
    {
        foreach (var member in configuration.Members)
        {
            var node = _nodes[member.Node.Value - 1];
            var isOfEarlierDisk = node.Identity.Tag != 0 && !node.Identity.Owns(member.Replica);
            if (isOfEarlierDisk || node.Lost.Contains((group, member.Replica)))
            {
                lost.Add(new LostReplica(group, member.Replica));
            }
        }
    }

    private void Execute(in ReconcileStep step)
    {
        if (LeaderOf(step.Group) is not { } node || node.Core!.Engine.Find(step.Group) is not { } raft
            || raft.ConfigurationIndex != step.ConfigurationIndex)
        {
            _reconciler.OnRefused(step.Group);
            return;
        }

        if (step.Kind == ReconcileKind.TransferLeadership)
        {
            if (!node.BeginTransfer(step.Group, step.Replica))
            {
                _reconciler.OnRefused(step.Group);
            }

            return;
        }

        var change = ChangeOf(step);
        var status = node.Core.Engine.ProposeConfiguration(step.Group, change, out _);
        if (status == ProposeStatus.Accepted)
        {
            _run.World.Count(NodeCounters.MembershipChanges);
            _run.World.Trace($"{change.Kind} replica {change.Replica} of group {step.Group} on node {change.Node}");
            node.Turn();
        }
        else
        {
            _reconciler.OnRefused(step.Group);
        }
    }

    private ConfigurationChange ChangeOf(in ReconcileStep step)
    {
        switch (step.Kind)
        {
            case ReconcileKind.AddLearner:
                var replica = _nodes[step.Node.Value - 1].Identity.Replica(++_nextSerial);
                return new ConfigurationChange(ConfigurationChangeKind.AddLearner, replica, step.Node);
            case ReconcileKind.Promote:
                return new ConfigurationChange(ConfigurationChangeKind.Promote, step.Replica, step.Node);
            case ReconcileKind.Remove:
                return new ConfigurationChange(ConfigurationChangeKind.Remove, step.Replica, step.Node);
            default:
                throw new InvariantViolationException($"no change: {step.Kind}");
        }
    }

    /// <summary>A replica that its group's leader no longer counts as a member is ended on its node.</summary>
    private void DropLeftovers(SimNode node)
    {
        if (node.Core is not { } core)
        {
            return;
        }

        foreach (var raft in core.Engine.Groups.ToList())
        {
            if (LeaderOf(raft.Group) is { } leader)
            {
                var lead = leader.Core!.Engine.Find(raft.Group)!;
                var isCommitted = lead.ConfigurationIndex <= lead.CommitIndex;
                // What the leader has not committed there, nobody has: a later change that is known here was lost.
                var isOlder = raft.Term <= lead.Term && raft.ConfigurationIndex <= lead.CommitIndex;
                if (isCommitted && isOlder && !lead.Configuration.TryGet(raft.Self, out _))
                {
                    node.Drop(raft.Group);
                }
            }
        }
    }
}
