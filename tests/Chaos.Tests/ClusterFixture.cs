namespace TimeMachine.Chaos.Tests;

/// <summary>A cluster of processes for several tests.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-chaos-").FullName;

    internal ChaosOptions Options { get; private set; } = new();

    internal ChaosCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Options = new ChaosOptions
        {
            TriggersPerSecond = 40,
            CreatesPerSecond = 20,
            Seconds = 4,
            LateMsMax = 15_000,
            RateMin = 10,
            FirstPort = FreePorts.First(),
            Directory = _directory,
        };
        Cluster = await ChaosCluster.StartAsync(Options);
    }

    public ValueTask DisposeAsync()
    {
        Cluster.Dispose();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
