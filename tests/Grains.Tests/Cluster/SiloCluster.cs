using System.Diagnostics;
using Orleans.Runtime.Hosting;
using Orleans.TestingHost;
using TimeMachine.Grains.Cluster;
using TimeMachine.Grains.Delivery;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Storage.JobStore;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Grains.Tests.Cluster;

/// <summary>Whole silos in this process, each with a directory of its own.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    public const int VNodeCount = 4;
    private const int PatienceMs = 60_000;
    private readonly string _path = Directory.CreateTempSubdirectory("time-machine-silos-").FullName;
    private readonly SharedStorage _storage = new();
    private readonly List<InProcessSiloHandle> _restarted = [];
    private readonly InProcessTestCluster _silos;

    private SiloCluster(int nodeCount)
    {
        var builder = new InProcessTestClusterBuilder((short)nodeCount);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((options, silo) =>
        {
            silo.Services.AddGrainStorage("control", (_, _) => _storage);
            silo.AddTimeMachineNode(OptionsOf(options.SiloName));
        });
        _silos = builder.Build();
    }

    public IGrainFactory Client => _silos.Client;

    public static async Task<SiloCluster> StartAsync(int nodeCount)
    {
        var cluster = new SiloCluster(nodeCount);
        await cluster._silos.DeployAsync();
        await cluster.WaitForAsync(view => IsWhole(view, nodeCount));
        return cluster;
    }

    /// <summary>Starts one silo whose node has no plan yet.</summary>
    /// <param name="back">When the database of the plan is there.</param>
    public static async Task<SiloCluster> StartWithoutPlanAsync(Task back)
    {
        var cluster = new SiloCluster(nodeCount: 1);
        cluster._storage.Back = back;
        await cluster._silos.DeployAsync();
        return cluster;
    }

    /// <summary>Ends a silo as a crash does, as far as one process can.</summary>
    public Task KillAsync(string node) => _silos.KillSiloAsync(_silos.Silos.Single(silo => silo.Name == node));

    /// <summary>Stops a silo in good order.</summary>
    public Task StopAsync(string node) => _silos.StopSiloAsync(_silos.Silos.Single(silo => silo.Name == node));

    /// <summary>Starts a silo that ended, on its own disk.</summary>
    public async Task RestartAsync(int number, int nodeCount)
    {
        _restarted.Add(await _silos.StartSiloAsync(number, _silos.Options));
        await WaitForAsync(view => IsWhole(view, nodeCount));
    }

    /// <summary>Asks again and again until it is so.</summary>
    public async Task<ClusterView> WaitForAsync(Func<ClusterView, bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        ClusterView view;
        do
        {
            view = await Client.Cluster().DescribeAsync();
            Assert.True(watch.ElapsedMilliseconds < PatienceMs, Describe(view));
        }
        while (!isSo(view));

        return view;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _restarted)
        {
            await silo.DisposeAsync();
        }

        await _silos.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    private static bool IsWhole(ClusterView view, int nodeCount)
    {
        var voters = Math.Min(3, nodeCount);
        return view.Nodes.Length == nodeCount && view.Nodes.All(node => node.IsReady)
            && view.VNodes.All(vnode => vnode.Leader is not null
                && vnode.Replicas.Count(replica => replica.IsVoter) == voters);
    }

    private static string Describe(ClusterView view) => string.Join('\n', view.Error?.Message,
        string.Join('\n', view.Nodes), string.Join('\n', view.VNodes.Select(vnode =>
            $"{vnode.Number}: {vnode.Leader}: {string.Join(", ", vnode.Replicas)}")));

    private NodeServiceOptions OptionsOf(string node) => new()
    {
        Node = new NodeSettings
        {
            Name = node,
            DataDirectory = Path.Combine(_path, node, "data"),
            LogDirectory = Path.Combine(_path, node, "raft"),
            VNodes = VNodeCount,
        },
        Webhooks = new WebhookOptions { AllowLoopback = true },
        Log = new NodeLogSettings { SegmentMib = 1, SegmentsMax = 32, ReserveMib = 4, RetainMib = 8, BatchMib = 1 },
        Checkpoints = new CheckpointSettings { FreshMib = 16 },
    };
}
