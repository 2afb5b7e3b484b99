using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeMachine.Demo;

/// <summary>Looks at a cluster and changes its plan.</summary>
internal sealed class ClusterCommands(RestClient rest, TimeProvider time, TextWriter output)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Prints a table of the nodes.</summary>
    /// <param name="urls">The REST interfaces of the nodes.</param>
    /// <returns>0 if all are ready and, where the cluster tells it, in the plan; else 1.</returns>
    public async Task<int> ShowHealthAsync(IReadOnlyList<string> urls)
    {
        var nodes = await NodesOfFirstAsync(urls);
        await output.WriteLineAsync(Row("node", "address", "leaders", "replicas", "health"));
        var isGood = true;
        foreach (var url in urls)
        {
            var health = await HealthAsync(url);
            var node = nodes.FirstOrDefault(node => node.Name == health.Node);
            isGood &= health.IsReady;
            await output.WriteLineAsync(Row(
                health.Node, new Uri(url).Authority, Count(node?.LeaderCount), Count(node?.ReplicaCount), health.Text));
        }

        if (nodes.Count == 0)
        {
            await output.WriteLineAsync("The cluster does not tell its nodes: leaders and replicas are not known.");
        }

        return isGood ? 0 : 1;
    }

    /// <summary>Waits until the plan has so many living nodes.</summary>
    public Task<int> WaitForNodesAsync(string url, int count) => WaitAsync(
        $"{count} nodes in the plan", async () =>
            (await NodesAsync(url)).Count(node => node.IsPlanned && node.IsAlive) >= count);

    /// <summary>Takes a node into the plan and waits until it has replicas.</summary>
    public async Task<int> JoinAsync(string url, string node)
    {
        await rest.SendAsync(HttpMethod.Post, url + "/cluster/join", new JsonObject { ["node_id"] = node });
        return await WaitAsync($"replicas on {node}", async () =>
            (await NodesAsync(url)).Any(found => found.Name == node && found is { IsPlanned: true, ReplicaCount: > 0 }));
    }

    /// <summary>Takes a node out of the plan and waits until it has no replica.</summary>
    public async Task<int> RemoveAsync(string url, string node)
    {
        await rest.SendAsync(HttpMethod.Post, url + "/cluster/remove", new JsonObject { ["node_id"] = node });
        return await WaitAsync($"an empty {node}", async () =>
            (await NodesAsync(url)).All(found => found.Name != node || found is { IsPlanned: false, ReplicaCount: 0 }));
    }

    private async Task<int> WaitAsync(string what, Func<Task<bool>> isThereAsync)
    {
        var start = time.GetTimestamp();
        while (!await IsThereNowAsync(isThereAsync))
        {
            if (time.GetElapsedTime(start) > WaitMax)
            {
                throw new TimeoutException($"Waited {WaitMax.TotalSeconds:N0} s in vain for {what}.");
            }

            await Task.Delay(LookPause, time);
        }

        return 0;
    }

    // Leaders move while a plan is carried out: that a node cannot tell just now is no end.
    private static async Task<bool> IsThereNowAsync(Func<Task<bool>> isThereAsync)
    {
        try
        {
            return await isThereAsync();
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<NodeRow>> NodesOfFirstAsync(IEnumerable<string> urls)
    {
        foreach (var url in urls)
        {
            try
            {
                return await NodesAsync(url);
            }
            catch (Exception error) when (error is HttpRequestException or InvalidDataException
                or TaskCanceledException)
            {
                await output.WriteLineAsync($"{url}/cluster: {error.Message}");
            }
        }

        return [];
    }

    private async Task<IReadOnlyList<NodeRow>> NodesAsync(string url) =>
        NodeRow.ReadAll(await rest.GetAsync(url + "/cluster"));

    private async Task<(string Node, bool IsReady, string Text)> HealthAsync(string url)
    {
        var status = await rest.StatusAsync(url + "/readyz");
        try
        {
            var name = status == 200 ? (await rest.GetAsync(url + "/health"))["node"]?.GetValue<string>() : null;
            return (name ?? "?", status == 200, status switch { 200 => "ready", 0 => "away", _ => "not ready" });
        }
        catch (HttpRequestException error)
        {
            return ("?", false, error.Message);
        }
    }

    private static string Row(string node, string address, string leaders, string replicas, string health) =>
        $"{node,-16} {address,-24} {leaders,8} {replicas,9}  {health}";

    private static string Count(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
