using System.Collections.Immutable;
using Orleans.Concurrency;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Front;

/// <summary>The cluster as a whole: asks all nodes, and the plan.</summary>
/// <param name="service">The node.</param>
[StatelessWorker]
[Reentrant]
internal sealed class ClusterGrain(NodeService service) : Grain, IClusterGrain
{
    /// <inheritdoc/>
    public async Task<ClusterView> DescribeAsync()
    {
        if (service.Plan is not { } plan)
        {
            return new ClusterView { Error = Replies.ErrorOf(ErrorCode.Unavailable) };
        }

        var reports = await service.ReportsAsync();
        var leaders = ClusterKeeper.LeadersOf(reports);
        return new ClusterView
        {
            VNodeCount = plan.VNodeCount,
            ReplicaTarget = plan.ReplicaTarget,
            SystemLeader = leaders.TryGetValue(GroupId.System, out var system) ? NameOf(plan, system.Node) : null,
            Nodes = [.. plan.Nodes.Select(node => NodeOf(node, reports, leaders))],
            VNodes = [.. Enumerable.Range(0, plan.VNodeCount).Select(number => VNodeOf(plan, number, leaders))],
        };
    }

    /// <inheritdoc/>
    public async Task<ClusterReply> ConfigureAsync(int shards, int replicas) =>
        new() { Error = await PlanGrain().ConfigureAsync(shards, replicas) };

    /// <inheritdoc/>
    public async Task<ClusterReply> JoinAsync(string node) => new() { Error = await PlanGrain().JoinAsync(node) };

    /// <inheritdoc/>
    public async Task<ClusterReply> RemoveAsync(string node) => new() { Error = await PlanGrain().RemoveAsync(node) };

    private IPlanGrain PlanGrain() => GrainFactory.GetGrain<IPlanGrain>(0);

    private Node NodeOf(
        PlannedNode planned,
        IReadOnlyDictionary<NodeId, NodeReport> reports,
        Dictionary<GroupId, (NodeId Node, ReplicaReport Replica)> leaders)
    {
        var report = reports.GetValueOrDefault(new NodeId(planned.Id));
        return new Node
        {
            Id = planned.Id,
            Name = planned.Name,
            Address = AddressOf(planned.Name),
            IsAlive = report is not null,
            IsPlanned = planned.IsIn,
            LeaderCount = leaders.Count(pair => !pair.Key.IsSystem && pair.Value.Node.Value == planned.Id),
            ReplicaCount = report?.Replicas.Count(replica => replica.Group != GroupId.System.Value) ?? 0,
            IsReady = report?.IsReady ?? false,
            RestAddress = report is { RestAddress.Length: > 0 } ? report.RestAddress : null,
        };
    }

    private string? AddressOf(string node)
    {
        foreach (var (silo, member) in service.Membership.CurrentSnapshot.Members)
        {
            if (member.Status == SiloStatus.Active && member.Name == node)
            {
                return silo.Endpoint.ToString();
            }
        }

        return null;
    }

    private static VNode VNodeOf(
        ClusterPlan plan, int number, Dictionary<GroupId, (NodeId Node, ReplicaReport Replica)> leaders)
    {
        var group = GroupId.Of(new VNodeId(number));
        return leaders.TryGetValue(group, out var leader)
            ? new VNode
            {
                Number = number,
                Leader = NameOf(plan, leader.Node),
                Replicas =
                [
                    .. leader.Replica.Members.Select(member => new VNodeReplica(
                        NameOf(plan, new NodeId(member.Node)), member.IsVoter, member.LagEntries)),
                ],
            }
            : new VNode { Number = number };
    }

    private static string NameOf(ClusterPlan plan, NodeId node) =>
        plan.Nodes.Find(known => known.Id == node.Value)?.Name ?? $"{node}";
}
