using System.Text.Json.Nodes;

namespace TimeMachine.Demo;

/// <summary>A node as <c>GET /cluster</c> tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsAlive">Whether it answers.</param>
/// <param name="IsPlanned">Whether the plan has it.</param>
/// <param name="LeaderCount">How many vnodes it leads.</param>
/// <param name="ReplicaCount">How many replicas it has.</param>
internal sealed record NodeRow(string Name, bool IsAlive, bool IsPlanned, int LeaderCount, int ReplicaCount)
{
    /// <summary>Reads the list of nodes; names may be written in any case, with or without underscores.</summary>
    /// <exception cref="InvalidDataException">There is no list of nodes.</exception>
    public static IReadOnlyList<NodeRow> ReadAll(JsonObject cluster) =>
        Find(cluster, "nodes") is JsonArray nodes
            ? [.. nodes.OfType<JsonObject>().Select(Read)]
            : throw new InvalidDataException("The cluster's answer has no list of nodes.");

    private static NodeRow Read(JsonObject node) => new(
        Find(node, "name", "node", "nodeid")?.ToString() ?? "?",
        IsTrue(Find(node, "isalive", "alive")),
        IsTrue(Find(node, "isplanned", "planned")),
        Number(Find(node, "leadercount", "leaders")),
        Number(Find(node, "replicacount", "replicas")));

    private static JsonNode? Find(JsonObject from, params string[] names) => names
        .Select(name => from.FirstOrDefault(pair => name.Equals(
            pair.Key.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)).Value)
        .FirstOrDefault(value => value is not null);

    private static bool IsTrue(JsonNode? value) => value is JsonValue given && given.TryGetValue<bool>(out var flag) && flag;

    private static int Number(JsonNode? value) => value switch
    {
        JsonArray list => list.Count,
        JsonValue given when given.TryGetValue<int>(out var number) => number,
        _ => 0,
    };
}
