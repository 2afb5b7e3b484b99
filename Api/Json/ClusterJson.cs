using System.Text.Json;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;

namespace TimeMachine.Api.Json;

/// <summary>The cluster as JSON.</summary>
internal static class ClusterJson
{
    private static readonly string[] ConfigureFields = ["shards", "replicas"];
    private static readonly string[] JoinFields = ["node_id", "raft_address"];
    private static readonly string[] RemoveFields = ["node_id"];

    /// <summary>Reads how the cluster shall be.</summary>
    public static (int Shards, int Replicas) ReadConfigure(ReadOnlySpan<byte> json, out ErrorReply? refusal)
    {
        var reader = new FieldReader(json, ConfigureFields, "a configuration");
        int? shards = null;
        int? replicas = null;
        while (reader.MoveNext(out var field))
        {
            if (field == 0)
            {
                shards = reader.Integer(Limits.ShardsMax);
            }
            else
            {
                replicas = reader.Integer(Limits.ReplicasMax);
            }
        }

        refusal = reader.Refusal
            ?? (shards is null ? InvalidField.Because("shards", "is required") : null)
            ?? (replicas is null ? InvalidField.Because("replicas", "is required") : null);
        return (shards ?? 0, replicas ?? 0);
    }

    /// <summary>Reads which node shall join. The nodes know each other's addresses: one that is given is not used.
    /// </summary>
    public static string ReadJoin(ReadOnlySpan<byte> json, out ErrorReply? refusal) =>
        ReadNode(json, JoinFields, out refusal);

    /// <summary>Reads which node shall go.</summary>
    public static string ReadRemove(ReadOnlySpan<byte> json, out ErrorReply? refusal) =>
        ReadNode(json, RemoveFields, out refusal);

    /// <summary>Nodes, leaders, vnodes and lag.</summary>
    public static void Write(Utf8JsonWriter writer, ClusterView view)
    {
        writer.WriteStartObject();
        writer.WriteNumber("vnode_count", view.VNodeCount);
        writer.WriteNumber("replica_target", view.ReplicaTarget);
        writer.WriteString("system_leader", view.SystemLeader);
        WriteNodes(writer, "nodes", view);
        writer.WriteStartArray("vnodes");
        foreach (var vnode in view.VNodes)
        {
            writer.WriteStartObject();
            writer.WriteNumber("number", vnode.Number);
            writer.WriteString("leader", vnode.Leader);
            writer.WriteStartArray("replicas");
            foreach (var replica in vnode.Replicas)
            {
                writer.WriteStartObject();
                writer.WriteString("node", replica.Node);
                writer.WriteBoolean("voter", replica.IsVoter);
                writer.WriteNumber("lag_entries", replica.LagEntries);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The nodes alone.</summary>
    public static void WriteServers(Utf8JsonWriter writer, ClusterView view)
    {
        writer.WriteStartObject();
        WriteNodes(writer, "servers", view);
        writer.WriteEndObject();
    }

    private static void WriteNodes(Utf8JsonWriter writer, string name, ClusterView view)
    {
        writer.WriteStartArray(name);
        foreach (var node in view.Nodes)
        {
            writer.WriteStartObject();
            writer.WriteString("node_id", node.Name);
            writer.WriteNumber("number", node.Id);
            writer.WriteString("address", node.Address);
            writer.WriteString("rest_address", node.RestAddress);
            writer.WriteBoolean("alive", node.IsAlive);
            writer.WriteBoolean("planned", node.IsPlanned);
            writer.WriteBoolean("ready", node.IsReady);
            writer.WriteNumber("leaders", node.LeaderCount);
            writer.WriteNumber("replicas", node.ReplicaCount);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string ReadNode(ReadOnlySpan<byte> json, string[] fields, out ErrorReply? refusal)
    {
        var reader = new FieldReader(json, fields, "a node");
        string? node = null;
        while (reader.MoveNext(out var field))
        {
            var text = reader.Text();
            node = field == 0 ? text : node;
        }

        refusal = reader.Refusal ?? NameRules.Check("node_id", node);
        return node ?? "";
    }
}
