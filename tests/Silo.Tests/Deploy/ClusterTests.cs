using TimeMachine.Silo.Tests.Hosting;

namespace TimeMachine.Silo.Tests.Deploy;

/// <summary>The scripts on a cluster of three processes, as a reader of README runs them.</summary>
public sealed class ClusterTests : IDisposable
{
    private static readonly string Configuration =
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;

    private static readonly string[] Nodes = ["node1", "node2", "node3"];

    private readonly string _data = Directory.CreateTempSubdirectory("time-machine-cluster-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Three_nodes_are_created_deliver_each_job_once_and_stop()
    {
        try
        {
            AssertSays("3 nodes are ready:", await RunAsync("create-cluster.sh", 0, "3", "--no-build"));
            AssertSays(
                "200 of 200 delivered once", await RunAsync("demo.sh", 0, "--jobs", "200", "--within-seconds", "4"));
            AssertSays("0 without a leader", await RunAsync("check-health.sh", 0, "3"));
        }
        finally
        {
            await RunAsync("stop-cluster.sh", 0);
        }

        AssertSays("does not answer", await RunAsync("check-health.sh", 1));
        Assert.All(
            Nodes,
            node => Assert.Contains(
                $"Node {node} has stopped with status 0",
                File.ReadAllText(Path.Combine(_data, node, "node.log")),
                StringComparison.Ordinal));
    }

    private static void AssertSays(string text, string output) =>
        Assert.Contains(text, output, StringComparison.Ordinal);

    private async Task<string> RunAsync(string script, int status, params string[] args)
    {
        using var run = new ChildProcess(Path.Combine(Repository.Root, "deploy", script), args, Variables());
        var ended = await run.StatusAsync();
        Assert.True(ended == status, $"{script} ended with {ended}:\n{run.Output}");
        return run.Output;
    }

    private Dictionary<string, string> Variables() => new()
    {
        ["TIME_MACHINE_DATA"] = _data,
        ["TIME_MACHINE_CONFIGURATION"] = Configuration,
        ["TIME_MACHINE_REST_PORT"] = "28001",
        ["TIME_MACHINE_SILO_PORT"] = "28111",
        ["TIME_MACHINE_GATEWAY_PORT"] = "28301",
        ["TIMEMACHINE_NODE__VNODES"] = "8",
        ["TIMEMACHINE_LOG__SEGMENTMIB"] = "1",
        ["TIMEMACHINE_LOG__SEGMENTSMAX"] = "64",
        ["TIMEMACHINE_LOG__RESERVEMIB"] = "8",
        ["TIMEMACHINE_LOG__RETAINMIB"] = "16",
        ["TIMEMACHINE_LOG__BATCHMIB"] = "1",
    };
}
