using TimeMachine.Core.Routing;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Grains.Cluster;

/// <summary>The changes of a plan. Each gives the plan after it, or why not.</summary>
public static class PlanChange
{
    /// <summary>The plan of a cluster that a node begins alone.</summary>
    public static ClusterPlan Begin(string node, int vnodeCount, int replicaTarget) => Planned(new ClusterPlan
    {
        VNodeCount = vnodeCount,
        ReplicaTarget = replicaTarget,
        FormedBy = node,
        Nodes = [new PlannedNode { Id = 1, Name = node, IsIn = true }],
    });

    /// <summary>A node has started: it gets a number, and its place if it joins by itself.</summary>
    public static ClusterPlan Register(ClusterPlan plan, string node, bool joins)
    {
        if (plan.Find(node) is not null)
        {
            return plan;
        }

        var id = plan.Nodes.Max(known => known.Id) + 1;
        var added = new PlannedNode { Id = id, Name = node, IsIn = joins };
        return Planned(plan with { Nodes = [.. plan.Nodes, added] });
    }

    /// <summary>The former node has its groups.</summary>
    public static ClusterPlan ConfirmFormed(ClusterPlan plan) =>
        plan.IsFormed ? plan : plan with { IsFormed = true, Revision = plan.Revision + 1 };

    /// <summary>Takes a known node in.</summary>
    public static ClusterPlan Join(ClusterPlan plan, string node, out ErrorReply? error)
    {
        error = plan.Find(node) is null
            ? new ErrorReply(ErrorCodes.NodeNotFound, $"No node of the name '{node}' has ever started in this cluster.")
            : null;
        return error is null ? With(plan, node, isIn: true) : plan;
    }

    /// <summary>Lets a node go; the last one stays, and those without which each vnode would have fewer replicas: who
    /// wants that says so by <see cref="Configure"/>.</summary>
    public static ClusterPlan Remove(ClusterPlan plan, string node, out ErrorReply? error)
    {
        error = null;
        if (plan.Find(node) is null)
        {
            error = new ErrorReply(ErrorCodes.NodeNotFound, $"The plan has no node of the name '{node}'.");
        }
        else if (!plan.Nodes.Exists(other => other.IsIn && other.Name != node))
        {
            error = new ErrorReply(ErrorCodes.PlanConflict, $"'{node}' is the only node of the cluster.");
        }

        if (error is not null)
        {
            return plan;
        }

        var next = With(plan, node, isIn: false);
        var (have, left) = (MapOf(plan).Replicas, MapOf(next).Replicas);
        if (left < have)
        {
            error = new ErrorReply(
                ErrorCodes.PlanConflict,
                $"Without '{node}' each vnode would have {left} replica(s) and not {have}. Let another node join "
                + $"first, or set the number of replicas to {left}.");
        }

        return error is null ? next : plan;
    }

    /// <summary>Changes the number of replicas.</summary>
    public static ClusterPlan Configure(ClusterPlan plan, int vnodeCount, int replicaTarget, out ErrorReply? error)
    {
        error = null;
        if (vnodeCount != plan.VNodeCount)
        {
            error = new ErrorReply(
                ErrorCodes.PlanConflict,
                $"The cluster was formed with {plan.VNodeCount} shards, and they never change.");
        }
        else if (replicaTarget is < 1 or > ShardMap.ReplicasMax)
        {
            error = InvalidField.NotWithin("replicas", 1, ShardMap.ReplicasMax);
        }

        var isSame = error is not null || replicaTarget == plan.ReplicaTarget;
        return isSame ? plan : Planned(plan with { ReplicaTarget = replicaTarget });
    }

    /// <summary>The map of a plan.</summary>
    /// <exception cref="InvalidDataException">Its bytes are not one: the plan's row was changed by hand.</exception>
    public static ShardMap MapOf(ClusterPlan plan) =>
        ShardMap.TryRead(plan.ShardMap, out var map) == ErrorCode.None
            ? map!
            : throw new InvalidDataException("The cluster's plan holds no shard map that this version reads.");

    private static ClusterPlan With(ClusterPlan plan, string node, bool isIn)
    {
        if (plan.Find(node)!.IsIn == isIn)
        {
            return plan;
        }

        return Planned(plan with
        {
            Nodes = plan.Nodes.ConvertAll(known => known.Name == node ? known with { IsIn = isIn } : known),
        });
    }

    private static ClusterPlan Planned(ClusterPlan plan)
    {
        var nodes = plan.Nodes.FindAll(node => node.IsIn).ConvertAll(node => new NodeId(node.Id)).ToArray();
        var before = plan.ShardMap.Length > 0 ? MapOf(plan) : null;
        var map = ShardPlanner.Plan(nodes, plan.VNodeCount, plan.ReplicaTarget, before);
        var writer = new Core.Encoding.ByteWriter();
        map.Write(writer);
        return plan with { Revision = plan.Revision + 1, ShardMap = writer.Written.ToArray() };
    }
}
