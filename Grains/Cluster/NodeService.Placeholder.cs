using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using TimeMachine.Grains.Delivery;

namespace TimeMachine.Grains;

/// <summary>Stands where the node will be: there is nothing in it, and it is always ready.</summary>
public static class NodeService
{
    /// <summary>Adds a readiness and nothing else.</summary>
    public static ISiloBuilder AddTimeMachineNode(this ISiloBuilder silo, NodeSettings node, WebhookOptions webhooks)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(webhooks);
        silo.Services.AddSingleton<INodeReadiness, AlwaysReady>();
        return silo;
    }

    private sealed class AlwaysReady : INodeReadiness
    {
        public bool IsReady(out string reason)
        {
            reason = "";
            return true;
        }
    }
}

/// <summary>Whether this node does what it is there for.</summary>
public interface INodeReadiness
{
    /// <summary>Tells it, and what is missing.</summary>
    public bool IsReady(out string reason);
}

/// <summary>Who a node is, and where its disk is.</summary>
public sealed record NodeSettings
{
    /// <summary>The node's stable name: 1 to 64 letters, digits, hyphens, dots and underscores.</summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string Name { get; set; } = "node1";

    /// <summary>The directory of the job stores, of nobody else's.</summary>
    [Required]
    public string DataDirectory { get; set; } = "data/node1/data";

    /// <summary>The directory of the node's log, and of nothing else.</summary>
    [Required]
    public string LogDirectory { get; set; } = "data/node1/raft";

    /// <summary>How many vnodes a cluster gets that this node forms: 1 to 4,096.</summary>
    [Range(1, 4_096)]
    public int VNodes { get; set; } = 64;

    /// <summary>How many replicas each vnode shall have in a cluster that this node forms: 1 to 7.</summary>
    [Range(1, 7)]
    public int Replicas { get; set; } = 3;

    /// <summary>Whether the node joins by itself; if not, it waits for <c>/cluster/join</c>.</summary>
    public bool JoinsByItself { get; set; } = true;
}
