using System.Text.Json.Nodes;

namespace TimeMachine.Demo;

/// <summary>The cluster as <c>GET /cluster</c> tells it.</summary>
/// <param name="ReplicaTarget">How many replicas each vnode shall have, as soon as there are nodes enough.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="VNodes">The vnodes.</param>
internal sealed record ClusterPicture(
    int ReplicaTarget, IReadOnlyList<NodeRow> Nodes, IReadOnlyList<VNodeRow> VNodes)
{
    /// <summary>How many vnodes nobody leads.</summary>
    public int LeaderlessCount => VNodes.Count(vnode => vnode.Leader is null);

    /// <summary>How many replicas each vnode shall have: on fewer nodes than the target the highest odd
    /// number.</summary>
    public int ReplicasWanted
    {
        get
        {
            var planned = Nodes.Count(node => node.IsPlanned);
            return planned >= ReplicaTarget ? ReplicaTarget : planned - (planned % 2 == 0 ? 1 : 0);
        }
    }

    /// <summary>How many vnodes have not the replicas that they shall have.</summary>
    public int UnfinishedCount => VNodes.Count(
        vnode => vnode.VoterCount != ReplicasWanted || vnode.ReplicaCount != ReplicasWanted);

    /// <summary>Whether every vnode is led and has the replicas that it shall have.</summary>
    public bool IsWhole => VNodes.Count > 0 && LeaderlessCount == 0 && UnfinishedCount == 0;

    /// <summary>Finds a node by its name.</summary>
    public NodeRow? Find(string node) => Nodes.FirstOrDefault(found => found.Name == node);

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It has not the form of such an answer.</exception>
    public static ClusterPicture Read(JsonObject cluster)
    {
        try
        {
            var lag = Items(cluster, "vnodes").SelectMany(vnode => Items(vnode, "replicas"))
                .ToLookup(replica => Value<string>(replica, "node"), replica => Value<long>(replica, "lag_entries"));
            return new ClusterPicture(
                Value<int>(cluster, "replica_target"),
                [.. Items(cluster, "nodes").Select(node => NodeOf(node, lag))],
                [.. Items(cluster, "vnodes").Select(VNodeOf)]);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The cluster's answer is of another form: {error.Message}", error);
        }
    }

    private static NodeRow NodeOf(JsonObject node, ILookup<string, long> lag) => new(
        Value<string>(node, "node_id"),
        Value<bool>(node, "alive"),
        Value<bool>(node, "planned"),
        Value<bool>(node, "ready"),
        Value<int>(node, "leaders"),
        Value<int>(node, "replicas"),
        lag[Value<string>(node, "node_id")].Sum());

    private static VNodeRow VNodeOf(JsonObject vnode)
    {
        var replicas = Items(vnode, "replicas").ToList();
        return new VNodeRow(
            vnode["leader"]?.GetValue<string>(),
            replicas.Count,
            replicas.Count(replica => Value<bool>(replica, "voter")));
    }

    private static T Value<T>(JsonObject from, string name) => Member(from, name).GetValue<T>();

    private static IEnumerable<JsonObject> Items(JsonObject from, string name) =>
        Member(from, name).AsArray().OfType<JsonObject>();

    private static JsonNode Member(JsonObject from, string name) =>
        from[name] ?? throw new InvalidDataException($"The cluster's answer has no {name}.");
}

/// <summary>A node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsAlive">Whether it answers.</param>
/// <param name="IsPlanned">Whether the plan has it.</param>
/// <param name="IsReady">Whether everything that it leads can fire.</param>
/// <param name="LeaderCount">How many vnodes it leads.</param>
/// <param name="ReplicaCount">How many replicas it has.</param>
/// <param name="LagEntries">How many entries they are behind their leaders, all together.</param>
internal sealed record NodeRow(
    string Name, bool IsAlive, bool IsPlanned, bool IsReady, int LeaderCount, int ReplicaCount, long LagEntries);

/// <summary>A vnode.</summary>
/// <param name="Leader">The node that leads it; null if none does.</param>
/// <param name="ReplicaCount">How many replicas it has.</param>
/// <param name="VoterCount">How many of them are voters.</param>
internal sealed record VNodeRow(string? Leader, int ReplicaCount, int VoterCount);
