using System.Collections.Immutable;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Fakes;

/// <summary>A cluster of two planned nodes and one beside them, in memory.</summary>
internal sealed class FakeClusterGrain : IClusterGrain
{
    private const int VNodeCount = 64;
    private ImmutableSortedDictionary<string, bool> _isPlanned = ImmutableSortedDictionary<string, bool>.Empty
        .Add("node1", true).Add("node2", true).Add("node3", false);
    private int _replicas = 2;

    /// <summary>The node that leads the system group; null for none.</summary>
    public string? SystemLeader { get; set; } = "node1";

    /// <summary>How often it was described.</summary>
    public int DescribeCount { get; private set; }

    public Task<ClusterView> DescribeAsync()
    {
        DescribeCount++;
        return Task.FromResult(View);
    }

    public Task<ClusterReply> ConfigureAsync(int shards, int replicas)
    {
        if (shards != VNodeCount)
        {
            return Refused(ErrorCodes.PlanConflict, "The number of vnodes is fixed.");
        }

        _replicas = replicas;
        return Task.FromResult(new ClusterReply());
    }

    public Task<ClusterReply> JoinAsync(string node) => Plan(node, isPlanned: true);

    public Task<ClusterReply> RemoveAsync(string node) => Plan(node, isPlanned: false);

    private ClusterView View => new()
    {
        VNodeCount = VNodeCount,
        ReplicaTarget = _replicas,
        SystemLeader = SystemLeader,
        Nodes = [.. _isPlanned.Select((node, index) => new Node
        {
            Id = index + 1,
            Name = node.Key,
            IsPlanned = node.Value,
            IsAlive = true,
            IsReady = true,
            Address = "127.0.0.1:11111",
        })],
        VNodes = [new VNode { Number = 0, Leader = "node1", Replicas = [new VNodeReplica("node1", true, 0)] }],
    };

    private Task<ClusterReply> Plan(string node, bool isPlanned)
    {
        if (!_isPlanned.ContainsKey(node))
        {
            return Refused(ErrorCodes.NodeNotFound, "No such node.");
        }

        var next = _isPlanned.SetItem(node, isPlanned);
        if (!next.ContainsValue(true))
        {
            return Refused(ErrorCodes.PlanConflict, "It is the only node.");
        }

        _isPlanned = next;
        return Task.FromResult(new ClusterReply());
    }

    private static Task<ClusterReply> Refused(string code, string message) =>
        Task.FromResult(new ClusterReply { Error = new ErrorReply(code, message) });
}
