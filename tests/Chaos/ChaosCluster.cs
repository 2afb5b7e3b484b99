using System.Globalization;
using System.Text.Json.Nodes;
using TimeMachine.Demo;

namespace TimeMachine.Chaos;

/// <summary>Nodes as processes of this machine, each started again when it ends.</summary>
internal sealed class ChaosCluster : IDisposable
{
    private const int PortsANode = 3;
    private const long LagEntriesMax = 1_000;
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly ChaosOptions _options;
    private readonly List<NodeProcess> _nodes = [];

    private ChaosCluster(ChaosOptions options)
    {
        _options = options;
        Rest = new RestCalls(() => [.. _nodes.Select(static node => node.RestUrl)]);
    }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Calls them.</summary>
    public RestCalls Rest { get; }

    /// <summary>Where the members and the plan are, if that is a file.</summary>
    public string SqlFile => Path.Combine(_options.Directory, "cluster.db");

    /// <summary>Starts nodes on empty disks and waits until all are ready.</summary>
    public static async Task<ChaosCluster> StartAsync(ChaosOptions options)
    {
        if (Directory.Exists(options.Directory))
        {
            Directory.Delete(options.Directory, recursive: true);
        }

        Directory.CreateDirectory(options.Directory);
        var cluster = new ChaosCluster(options);
        await File.WriteAllTextAsync(cluster.ConfigFile, cluster.Configuration().ToJsonString());
        try
        {
            for (var number = 1; number <= options.Nodes; number++)
            {
                cluster.Add(joinsByItself: true);
            }

            await cluster.WaitReadyAsync();
            await cluster.WaitAsync("a share for each node", view => view.IsWhole
                && view.Nodes.Count == options.Nodes && view.Nodes.All(static node => node.LeaderCount > 0));
        }
        catch
        {
            cluster.Dispose();
            throw;
        }

        return cluster;
    }

    /// <summary>Starts one more node.</summary>
    /// <param name="joinsByItself">Whether it asks to be in the plan.</param>
    public NodeProcess Add(bool joinsByItself)
    {
        var invariant = CultureInfo.InvariantCulture;
        var number = _nodes.Count + 1;
        var port = _options.FirstPort + (PortsANode * (number - 1));
        var name = string.Create(invariant, $"node{number}");
        var directory = Path.Combine(_options.Directory, name);
        Directory.CreateDirectory(Path.Combine(directory, "data"));
        Directory.CreateDirectory(Path.Combine(directory, "raft"));
        var rest = string.Create(invariant, $"http://127.0.0.1:{port}");
        var node = new NodeProcess(
            name,
            rest,
            [
                SiloPath(),
                "--config", ConfigFile,
                $"--Node:Name={name}",
                $"--Node:DataDirectory={Path.Combine(directory, "data")}",
                $"--Node:LogDirectory={Path.Combine(directory, "raft")}",
                $"--Node:JoinsByItself={joinsByItself}",
                string.Create(invariant, $"--Listen:RestPort={port}"),
                string.Create(invariant, $"--Listen:SiloPort={port + 1}"),
                string.Create(invariant, $"--Listen:GatewayPort={port + 2}"),
            ],
            Path.Combine(directory, "node.log"));
        _nodes.Add(node);
        return node;
    }

    /// <summary>Stops a node for good.</summary>
    public async Task RemoveAsync(NodeProcess node)
    {
        _nodes.Remove(node);
        await node.StopAsync();
        node.Dispose();
    }

    /// <summary>The node that leads most.</summary>
    public async Task<NodeProcess> MostLeadersAsync()
    {
        var view = await ViewAsync();
        var most = view.Nodes.MaxBy(static node => node.LeaderCount)!;
        return _nodes.First(node => node.Name == most.Name);
    }

    /// <summary>Who leads each vnode, by its number; null where nobody is known to.</summary>
    public async Task<IReadOnlyList<NodeProcess?>> LeadersAsync() =>
        [.. (await ViewAsync()).VNodes.Select(vnode => _nodes.Find(node => node.Name == vnode.Leader))];

    /// <summary>Waits until a node that was killed is started again.</summary>
    /// <param name="node">The node.</param>
    /// <param name="restartsBefore">How often it had been started again when it was killed.</param>
    public static async Task WaitRestartedAsync(NodeProcess node, int restartsBefore)
    {
        using var limit = new CancellationTokenSource(WaitMax);
        while (node.Restarts == restartsBefore)
        {
            await Task.Delay(Pause, limit.Token);
        }
    }

    /// <summary>Waits until all nodes say that they are ready.</summary>
    public async Task WaitReadyAsync()
    {
        foreach (var node in _nodes.ToList())
        {
            await WaitReadyAsync(node);
        }
    }

    /// <summary>Waits until a node says that it is ready.</summary>
    public async Task WaitReadyAsync(NodeProcess node)
    {
        using var limit = new CancellationTokenSource(WaitMax);
        while (await Rest.StatusAsync(node.RestUrl + "/readyz") != StatusCodes.Status200OK)
        {
            await Task.Delay(Pause, limit.Token);
        }
    }

    /// <summary>Waits until a node has all that its leaders have, but for what is on the way.</summary>
    public Task WaitCaughtUpAsync(NodeProcess node) => WaitAsync($"{node.Name} to catch up", view =>
        view.Find(node.Name) is { IsAlive: true, ReplicaCount: > 0, LagEntries: <= LagEntriesMax });

    /// <summary>Waits until what the cluster says of itself is as wanted.</summary>
    /// <exception cref="TimeoutException">It is not within two minutes.</exception>
    public async Task WaitAsync(string what, Func<ClusterPicture, bool> isThere)
    {
        using var limit = new CancellationTokenSource(WaitMax);
        ClusterPicture? last = null;
        do
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"waited in vain for {what}: {Describe(last)}");
            }

            await Task.Delay(Pause);
            last = await ViewAsync();
        }
        while (!isThere(last));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _nodes.ForEach(static node => node.Dispose());
        Rest.Dispose();
    }

    private string ConfigFile => Path.Combine(_options.Directory, "cluster.json");

    private async Task<ClusterPicture> ViewAsync() =>
        ClusterPicture.Read((JsonObject)await Rest.ReadAsync(HttpMethod.Get, "/cluster"));

    private static string Describe(ClusterPicture? view) => view is null
        ? "nothing was answered"
        : $"{string.Join("; ", view.Nodes)}; {view.LeaderlessCount} vnodes without a leader";

    private JsonObject Configuration() => new()
    {
        ["TimeMachine"] = new JsonObject
        {
            ["Cluster"] = new JsonObject { ["Id"] = "chaos" },
            ["Sql"] = new JsonObject
            {
                ["Provider"] = _options.Postgres is null ? "sqlite" : "postgresql",
                ["ConnectionString"] = _options.Postgres ?? $"Data Source={SqlFile}",
            },
            ["Webhooks"] = new JsonObject { ["AllowLoopback"] = true },
        },
    };

    private static string SiloPath()
    {
        var path = Path.Combine(
            AppContext.BaseDirectory, "..", "..", "TimeMachine.Silo", ConfigurationName(), "TimeMachine.Silo.dll");
        return File.Exists(path)
            ? Path.GetFullPath(path)
            : throw new FileNotFoundException($"the node is not built: {Path.GetFullPath(path)}");
    }

    private static string ConfigurationName() =>
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;
}
