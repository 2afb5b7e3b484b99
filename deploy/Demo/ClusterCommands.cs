using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Demo;

/// <summary>Looks at a cluster and changes its plan.</summary>
internal sealed class ClusterCommands(RestClient rest, TimeProvider time, TextWriter output)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(300);

    /// <summary>Prints a table of the nodes.</summary>
    /// <param name="nodes">The nodes, each as NAME=URL of its REST interface.</param>
    /// <returns>0 if all are ready and every vnode is led and has its replicas; else 1.</returns>
    /// <exception cref="FormatException">A node is not written so.</exception>
    public async Task<int> ShowHealthAsync(IReadOnlyList<string> nodes)
    {
        var named = nodes.Select(NamedUrl).ToList();
        var cluster = await FirstPictureAsync(named.ConvertAll(node => node.Url));
        await output.WriteLineAsync(Row("node", "address", "leaders", "replicas", "health"));
        var isGood = cluster is { IsWhole: true };
        foreach (var (name, url) in named)
        {
            var (isReady, health) = await rest.HealthAsync(url);
            var node = cluster?.Find(name);
            isGood &= isReady;
            await output.WriteLineAsync(Row(
                name, new Uri(url).Authority, Count(node?.LeaderCount), Count(node?.ReplicaCount), health));
        }

        await output.WriteLineAsync(cluster is null ? "No node tells the cluster." : Summary(cluster));
        return isGood ? 0 : 1;
    }

    /// <summary>Waits until so many nodes of the plan are ready, and every vnode is led and has its replicas.</summary>
    public Task<int> WaitForAsync(string url, int nodeCount) => WaitAsync(
        url, $"{nodeCount} ready nodes with all replicas", cluster => cluster.IsWhole
            && cluster.Nodes.Count(node => node is { IsPlanned: true, IsReady: true }) >= nodeCount);

    /// <summary>Takes a running node into the plan and waits until it has its share.</summary>
    public async Task<int> JoinAsync(string url, string node)
    {
        await rest.SendAsync(HttpMethod.Post, url + "/cluster/join", new JsonObject { ["node_id"] = node });
        return await WaitAsync(url, $"replicas on {node}", cluster => cluster.IsWhole
            && cluster.Find(node) is { IsPlanned: true, IsReady: true, ReplicaCount: > 0 });
    }

    /// <summary>Takes a node out of the plan and waits until it has no replica.</summary>
    public async Task<int> RemoveAsync(string url, string node)
    {
        await rest.SendAsync(HttpMethod.Post, url + "/cluster/remove", new JsonObject { ["node_id"] = node });
        return await WaitAsync(url, $"an empty {node}", cluster => cluster.IsWhole
            && cluster.Find(node) is null or { IsPlanned: false, ReplicaCount: 0 });
    }

    // Leaders move while a plan is carried out: that a node cannot tell just now is no end.
    private async Task<int> WaitAsync(string url, string what, Func<ClusterPicture, bool> isSo)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var (cluster, problem) = await TryReadAsync(url);
            if (cluster is not null && isSo(cluster))
            {
                return 0;
            }

            if (time.GetElapsedTime(start) > WaitMax)
            {
                var seen = cluster is null ? problem : Summary(cluster);
                throw new TimeoutException($"Waited {WaitMax.TotalSeconds:N0} s in vain for {what}: {seen}");
            }

            await Task.Delay(LookPause, time);
        }
    }

    private async Task<ClusterPicture?> FirstPictureAsync(IEnumerable<string> urls)
    {
        foreach (var url in urls)
        {
            if ((await TryReadAsync(url)).Cluster is { } cluster)
            {
                return cluster;
            }
        }

        return null;
    }

    private async Task<(ClusterPicture? Cluster, string Problem)> TryReadAsync(string url)
    {
        try
        {
            return (ClusterPicture.Read(await rest.GetAsync(url + "/cluster")), "");
        }
        catch (Exception error) when (error is HttpRequestException or InvalidDataException or TaskCanceledException)
        {
            return (null, error.Message);
        }
    }

    private static (string Name, string Url) NamedUrl(string node) =>
        node.IndexOf('=', StringComparison.Ordinal) is > 0 and var cut && Uri.TryCreate(
            node[(cut + 1)..], UriKind.Absolute, out _)
            ? (node[..cut], node[(cut + 1)..].TrimEnd('/'))
            : throw new FormatException($"'{node}' is no node: a node is written NAME=URL.");

    private static string Summary(ClusterPicture cluster)
    {
        var few = string.Create(
            CultureInfo.InvariantCulture,
            $"; WARNING: on so few nodes each has {cluster.ReplicasWanted} of {cluster.ReplicaTarget} replicas");
        return Counts(cluster) + (cluster.ReplicasWanted < cluster.ReplicaTarget ? few : "");
    }

    private static string Counts(ClusterPicture cluster) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cluster.VNodes.Count} vnodes: {cluster.LeaderlessCount} without a leader, "
        + $"{cluster.UnfinishedCount} without all their replicas");

    private static string Row(string node, string address, string leaders, string replicas, string health) =>
        $"{node,-16} {address,-24} {leaders,8} {replicas,9}  {health}";

    private static string Count(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
