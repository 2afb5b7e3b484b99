using System.ComponentModel.DataAnnotations;
using TimeMachine.Core.Routing;

namespace TimeMachine.Grains.Cluster;

/// <summary>Who a node is, and where its disk is.</summary>
public sealed class NodeSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Node";

    /// <summary>The node's stable name, 1 to 64 letters, digits, hyphens, dots and underscores. No two nodes of a
    /// cluster share one.</summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string Name { get; set; } = "node1";

    /// <summary>The directory of the job stores, of nobody else's.</summary>
    [Required]
    public string DataDirectory { get; set; } = "data/node1/data";

    /// <summary>The directory of the node's log, and of nothing else.</summary>
    [Required]
    public string LogDirectory { get; set; } = "data/node1/raft";

    /// <summary>How many vnodes a cluster gets that this node forms: 1 to 4,096. Fixed for the life of the cluster.
    /// </summary>
    [Range(1, ShardMap.VNodesMax)]
    public int VNodes { get; set; } = 64;

    /// <summary>How many replicas each vnode shall have in a cluster that this node forms: 1 to 7. With fewer nodes it
    /// has fewer; later it is changed with <c>/cluster/configure</c>.</summary>
    [Range(1, ShardMap.ReplicasMax)]
    public int Replicas { get; set; } = 3;

    /// <summary>Whether the node joins the cluster by itself when it starts for the first time; if not, it waits for
    /// <c>/cluster/join</c>.</summary>
    public bool JoinsByItself { get; set; } = true;
}
