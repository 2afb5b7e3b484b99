using System.Text.Json.Nodes;

namespace TimeMachine.Chaos;

/// <summary>What GET /cluster says.</summary>
internal sealed class ClusterSight
{
    private readonly List<(string Leader, List<(string Node, bool IsVoter, long Lag)> Replicas)> _vnodes = [];
    private string _text = "";

    /// <summary>The nodes by name.</summary>
    public Dictionary<string, (bool IsAlive, int Leaders, int Replicas)> Nodes { get; } = [];

    /// <summary>Reads it.</summary>
    public static ClusterSight Read(JsonNode json)
    {
        var sight = new ClusterSight { _text = json["nodes"]?.ToJsonString() ?? "" };
        foreach (var node in json["nodes"]!.AsArray())
        {
            sight.Nodes[(string)node!["node_id"]!] =
                ((bool)node["alive"]!, (int)node["leaders"]!, (int)node["replicas"]!);
        }

        foreach (var vnode in json["vnodes"]!.AsArray())
        {
            var replicas = vnode!["replicas"]!.AsArray().Select(static replica =>
                ((string)replica!["node"]!, (bool)replica["voter"]!, (long)replica["lag_entries"]!)).ToList();
            sight._vnodes.Add(((string?)vnode["leader"] ?? "", replicas));
        }

        return sight;
    }

    /// <summary>Whether each vnode has a leader and so many voters, or more.</summary>
    public bool AreAllReplicated(int voters) => _vnodes.Count > 0 && _vnodes.All(vnode =>
        vnode.Leader.Length > 0 && vnode.Replicas.Count(static replica => replica.IsVoter) >= voters);

    /// <summary>How many entries a node is behind, over all its replicas.</summary>
    public long LagOf(string node) =>
        _vnodes.SelectMany(static vnode => vnode.Replicas).Where(replica => replica.Node == node)
            .Sum(static replica => replica.Lag);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
