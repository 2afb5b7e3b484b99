using TimeMachine.Core.Cluster;
using TimeMachine.Core.Routing;

namespace TimeMachine.Core.Tests.Cluster;

/// <summary>Groups whose leaders carry out every step at once, and who check what each step must never do.</summary>
internal sealed class FakeCluster
{
    private readonly Dictionary<GroupId, (ReplicaId Leader, List<ReplicaStatus> Replicas)> _groups = [];
    private readonly Dictionary<GroupId, LogIndex> _configurations = [];
    private readonly HashSet<LostReplica> _lost = [];
    private readonly HashSet<NodeId> _dead = [];
    private readonly int _vnodeCount;
    private List<NodeId> _nodes;
    private SplitMix64 _draw = new(7);
    private MonoMs _now;

    public FakeCluster(int vnodeCount, int nodeCount)
    {
        _vnodeCount = vnodeCount;
        _nodes = [.. Enumerable.Range(1, nodeCount).Select(node => new NodeId(node))];
        Target = ShardPlanner.Plan([.. _nodes], vnodeCount, 3);
        for (var group = 0; group <= vnodeCount; group++)
        {
            var first = new ReplicaStatus(new ReplicaId(_draw.Next()), _nodes[0], IsVoter: true, IsHeard: true, 0);
            _groups[new GroupId(group)] = (first.Replica, [first]);
            _configurations[new GroupId(group)] = new LogIndex(1);
        }
    }

    public ShardMap Target { get; private set; }

    public Reconciler Reconciler { get; } = new(new ReconcilerOptions());

    public List<ReconcileStep> Done { get; } = [];

    public long LagOfNewLearners { get; set; }

    public bool CarriesOut { get; set; } = true;

    public IEnumerable<GroupId> Groups => _groups.Keys;

    public IReadOnlyList<ReplicaStatus> ReplicasOf(GroupId group) => _groups[group].Replicas;

    public NodeId LeaderOf(GroupId group) =>
        _groups[group].Replicas.Find(replica => replica.Replica == _groups[group].Leader).Node;

    public void SetNodes(params int[] nodes)
    {
        _nodes = [.. nodes.Select(node => new NodeId(node))];
        Target = ShardPlanner.Plan([.. _nodes], _vnodeCount, 3, Target);
    }

    public void Kill(int node)
    {
        _dead.Add(new NodeId(node));
        ElectWhereNeeded();
    }

    public void Revive(int node) => _dead.Remove(new NodeId(node));

    public void Wipe(int node)
    {
        foreach (var (group, (_, replicas)) in _groups)
        {
            _lost.UnionWith(replicas.Where(replica => replica.Node == new NodeId(node))
                .Select(replica => new LostReplica(group, replica.Replica)));
        }

        ElectWhereNeeded();
    }

    public void CatchUp(int? node = null)
    {
        foreach (var (_, replicas) in _groups.Values)
        {
            for (var i = 0; i < replicas.Count; i++)
            {
                var catchesUp = node is null || replicas[i].Node == new NodeId(node.Value);
                replicas[i] = catchesUp ? replicas[i] with { LagEntries = 0 } : replicas[i];
            }
        }
    }

    /// <summary>Rounds until one gives no step.</summary>
    public void Settle()
    {
        for (var round = 0; Round() > 0; round++)
        {
            Assert.True(round < 1_000, "the rounds do not come to an end");
        }
    }

    public int Round(long passesMs = 1_000)
    {
        var steps = new List<ReconcileStep>();
        _now += passesMs;
        Reconciler.Advance(View(), _now, steps);
        Assert.Equal(steps.Count, steps.Select(step => step.Group).Distinct().Count());
        foreach (var step in steps.Where(_ => CarriesOut))
        {
            CarryOut(step);
        }

        return steps.Count;
    }

    public void ShouldBeAsPlanned()
    {
        foreach (var group in _groups.Keys.Where(group => !group.IsSystem))
        {
            var wanted = Target.ReplicasOf(group.VNode).ToArray();
            Assert.Equal(wanted.Order(), ReplicasOf(group).Select(replica => replica.Node).Order());
            Assert.All(ReplicasOf(group), replica => Assert.True(replica.IsVoter));
            Assert.Equal(wanted[0], LeaderOf(group));
        }
    }

    public ClusterView View() => new(
        Target,
        [.. _nodes.Select(node => new NodeStatus(node, !_dead.Contains(node), MayLead: true))],
        [.. _groups.Select(pair => Report(pair.Key))],
        _lost);

    private GroupStatus Report(GroupId group)
    {
        var (leader, replicas) = _groups[group];
        return new GroupStatus(
            group, leader, _configurations[group], IsChangeable: true, [.. replicas.Select(Seen)]);
    }

    private ReplicaStatus Seen(ReplicaStatus replica) => replica with { IsHeard = !_dead.Contains(replica.Node) };

    private bool IsLive(GroupId group, ReplicaStatus replica) =>
        !_dead.Contains(replica.Node) && !_lost.Contains(new LostReplica(group, replica.Replica));

    private void CarryOut(ReconcileStep step)
    {
        var (leader, replicas) = _groups[step.Group];
        Done.Add(step);
        Assert.Equal(_configurations[step.Group], step.ConfigurationIndex);
        _configurations[step.Group] += step.Kind == ReconcileKind.TransferLeadership ? 0 : 1;
        var place = replicas.FindIndex(replica => replica.Replica == step.Replica);
        switch (step.Kind)
        {
            case ReconcileKind.AddLearner:
                Assert.True(step.Replica == ReplicaId.None && !replicas.Exists(other => other.Node == step.Node));
                var added = new ReplicaId(_draw.Next());
                replicas.Add(new(added, step.Node, IsVoter: false, IsHeard: true, LagOfNewLearners));
                break;
            case ReconcileKind.Promote:
                Assert.True(IsLive(step.Group, replicas[place]) && replicas[place].LagEntries == 0);
                replicas[place] = replicas[place] with { IsVoter = true };
                break;
            case ReconcileKind.Remove:
                Assert.NotEqual(leader, step.Replica);
                replicas.RemoveAt(place);
                break;
            case ReconcileKind.TransferLeadership:
                Assert.True(replicas[place].IsVoter && IsLive(step.Group, replicas[place]));
                _groups[step.Group] = (step.Replica, replicas);
                break;
            default:
                Assert.Fail("unknown kind of step");
                break;
        }

        var voters = replicas.Where(replica => replica.IsVoter).ToList();
        var liveCount = voters.Count(replica => IsLive(step.Group, replica));
        Assert.True(liveCount > voters.Count / 2, $"{step} loses the quorum");
    }

    private void ElectWhereNeeded()
    {
        foreach (var (group, (leader, replicas)) in _groups.ToList())
        {
            var voters = replicas.Where(replica => replica.IsVoter).ToList();
            var live = voters.Where(replica => IsLive(group, replica)).ToList();
            var hasQuorum = live.Count > voters.Count / 2;
            var keeps = hasQuorum && live.Any(replica => replica.Replica == leader);
            _groups[group] = (keeps ? leader : hasQuorum ? live[0].Replica : ReplicaId.None, replicas);
        }
    }
}
