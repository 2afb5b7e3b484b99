using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Routing;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Nodes;

/// <summary>How the cluster of a run is formed, and where its vnodes shall be.</summary>
public sealed class ClusterPlan
{
    private readonly SimRun _run;

    /// <summary>Plans the formation by the initial nodes.</summary>
    public ClusterPlan(SimRun run)
    {
        _run = run;
        for (var node = 1; node <= run.Swarm.InitialNodeCount; node++)
        {
            Nodes.Add(new NodeId(node));
        }

        Target = Plan(null);
        Formation = Target;
    }

    /// <summary>The nodes that the cluster shall consist of.</summary>
    public List<NodeId> Nodes { get; } = [];

    /// <summary>Where the vnodes shall be.</summary>
    public ShardMap Target { get; private set; }

    /// <summary>Where they are formed.</summary>
    public ShardMap Formation { get; }

    /// <summary>All groups: the system's and the vnodes'.</summary>
    public IEnumerable<GroupId> Groups
    {
        get
        {
            yield return GroupId.System;
            for (var vnode = 0; vnode < _run.Swarm.VNodeCount; vnode++)
            {
                yield return GroupId.Of(new VNodeId(vnode));
            }
        }
    }

    /// <summary>Takes a node in.</summary>
    public void Add(NodeId node)
    {
        if (!Nodes.Contains(node))
        {
            Nodes.Add(node);
            Target = Plan(Target);
        }
    }

    /// <summary>Lets a node go.</summary>
    public void Remove(NodeId node)
    {
        if (Nodes.Remove(node))
        {
            Target = Plan(Target);
        }
    }

    /// <summary>The incarnation that a node's first or later disk gets.</summary>
    public uint TagOf(int node, int incarnation)
    {
        var draw = new SplitMix64(_run.World.Seed ^ ((ulong)node << 48) ^ ((ulong)incarnation << 32));
        return (uint)draw.Next() | 1;
    }

    /// <summary>The first configuration of a group.</summary>
    public Configuration FirstConfiguration(GroupId group)
    {
        var nodes = group.IsSystem ? SystemNodes() : Formation.ReplicasOf(group.VNode).ToArray();
        return new Configuration(nodes.Select(node => new Member(FirstReplica(group, node), node, MemberKind.Voter)));
    }

    /// <summary>The id of a group's first replica on a node.</summary>
    public ReplicaId FirstReplica(GroupId group, NodeId node) =>
        new NodeIdentity(TagOf(node.Value, 1), IsFormed: true).Replica((uint)group.Value + 1);

    private NodeId[] SystemNodes()
    {
        var count = Math.Min(Configuration.VotersMax, _run.Swarm.InitialNodeCount);
        return [.. Enumerable.Range(1, count).Select(node => new NodeId(node))];
    }

    private ShardMap Plan(ShardMap? previous) => ShardPlanner.Plan(
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Nodes),
        _run.Swarm.VNodeCount,
        _run.Swarm.ReplicaCount,
        previous);
}
