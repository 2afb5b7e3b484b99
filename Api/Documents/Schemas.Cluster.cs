using Microsoft.OpenApi;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Documents;

internal static partial class Schemas
{
    private static OpenApiSchema ClusterConfiguration() => Field.Object(
        "How the cluster shall be.",
        [
            ("shards", Field.Integer("The number of vnodes that the cluster has.", 1, Limits.ShardsMax, 64)),
            ("replicas", Field.Integer("How many replicas each vnode shall have.", 1, Limits.ReplicasMax, 3)),
        ]);

    private static OpenApiSchema JoiningNode() => Field.Object(
        "A node.",
        [("node_id", Field.Name("The node's name.", "node3"))],
        [("raft_address", Field.Text("Not used: the nodes know each other's addresses."))]);

    private static OpenApiSchema Cluster(OpenApiDocument document) => Field.Object(
        "The cluster.",
        [
            ("vnode_count", Field.Integer("The number of vnodes.", example: 64)),
            ("replica_target", Field.Integer("How many replicas each vnode shall have.", example: 3)),
            ("system_leader", Nullable(Field.Text("The node that leads the system group.", "node1"))),
            ("nodes", Field.List("By number.", Reference("Node", document))),
            ("vnodes", Field.List("By number.", Reference("VNode", document))),
        ]);

    private static OpenApiSchema Node() => Field.Object(
        "A node.",
        [
            ("node_id", Field.Text("Its name.", "node1")),
            ("number", Field.Integer("Its number in the cluster; 0 if it never was in the plan.", example: 1)),
            ("address", Nullable(Field.Text("Where other nodes reach it; null if it does not run."))),
            ("rest_address", Nullable(Field.Text("The address of its REST interface; null if it has none."))),
            ("alive", Field.Boolean("Whether it answers.")),
            ("planned", Field.Boolean("Whether the plan has it.")),
            ("ready", Field.Boolean("Whether everything that it leads can fire.")),
            ("leaders", Field.Integer("How many vnodes it leads.")),
            ("replicas", Field.Integer("How many replicas of vnodes it has.")),
        ]);

    private static OpenApiSchema VNode() => Field.Object(
        "A vnode.",
        [
            ("number", Field.Integer("Its number, from 0.")),
            ("leader", Nullable(Field.Text("The node that leads it; null if none does."))),
            ("replicas", Field.List("Its replicas.", Field.Object(
                "A replica.",
                [
                    ("node", Field.Text("Its node.")),
                    ("voter", Field.Boolean("Whether it votes; if not, it catches up.")),
                    ("lag_entries", Field.Integer("How many entries of the log it has not confirmed.")),
                ]))),
        ]);
}
