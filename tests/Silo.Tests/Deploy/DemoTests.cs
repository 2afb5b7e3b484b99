using System.Text.Json.Nodes;
using TimeMachine.Demo;

namespace TimeMachine.Silo.Tests.Deploy;

/// <summary>What the demo and the scripts count.</summary>
public sealed class DemoTests
{
    private static readonly Dictionary<string, long> TriggerMs = new() { ["a"] = 1_000, ["b"] = 2_000, ["c"] = 3_000 };

    [Fact]
    public void Each_job_once_and_none_early_is_good()
    {
        var result = DemoResult.Of(
            TriggerMs, [new("b", 2_007), new("a", 1_000), new("c", 3_001), new("other", 0)]);

        Assert.True(result.IsGood);
        Assert.Equal([0, 1, 7], result.LatenessMs);
        Assert.Equal(
            "3 of 3 delivered once\nlateness p50 1 ms, p99 7 ms, most 7 ms\n", Printed(result));
    }

    [Fact]
    public void Missing_repeated_and_early_ones_are_told()
    {
        var result = DemoResult.Of(TriggerMs, [new("a", 999), new("b", 2_000), new("b", 2_005)]);

        Assert.False(result.IsGood);
        Assert.StartsWith(
            "1 of 3 delivered once\nmissing 1, repeated 1, early 1\n", Printed(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "--jobs", "0" }, "--jobs '0' is refused. Allowed: 1 to 10,000.")]
    [InlineData(new[] { "--within-seconds", "1" }, "--within-seconds '1' is refused. Allowed: 2 to 3,600.")]
    [InlineData(new[] { "--jobs" }, "--jobs has no value.")]
    [InlineData(new[] { "--colour", "red" }, "--colour is not known. Known are --url, --jobs, --within-seconds.")]
    public void A_bad_option_is_named(string[] args, string problem)
    {
        Assert.Equal(problem, Assert.Throws<FormatException>(() => DemoOptions.Parse(args)).Message);
    }

    [Theory]
    [InlineData("node1", 3, 3, true)]
    [InlineData(null, 3, 3, false)]
    [InlineData("node1", 2, 2, false)]
    [InlineData("node1", 4, 3, false)]
    public void A_cluster_is_whole_when_each_vnode_is_led_and_has_its_replicas(
        string? leader, int replicaCount, int voterCount, bool isWhole)
    {
        var cluster = new ClusterPicture(3, NodesOf(3), [new VNodeRow(leader, replicaCount, voterCount)]);

        Assert.Equal(isWhole, cluster.IsWhole);
    }

    [Fact]
    public void On_two_nodes_a_vnode_has_one_replica()
    {
        Assert.True(new ClusterPicture(3, NodesOf(2), [new VNodeRow("node1", 1, 1)]).IsWhole);
    }

    [Fact]
    public void The_answer_of_the_REST_interface_is_read()
    {
        var answer = (JsonObject)JsonNode.Parse("""
            {
              "vnode_count": 1, "replica_target": 3, "system_leader": "node1",
              "nodes": [ { "node_id": "node1", "number": 1, "address": "127.0.0.1:11111", "rest_address": null,
                "alive": true, "planned": true, "ready": false, "leaders": 1, "replicas": 2 } ],
              "vnodes": [ { "number": 0, "leader": "node1",
                "replicas": [ { "node": "node1", "voter": true, "lag_entries": 7 },
                  { "node": "node2", "voter": false, "lag_entries": 9 } ] } ]
            }
            """)!;

        var cluster = ClusterPicture.Read(answer);

        Assert.Equal(
            new NodeRow("node1", IsAlive: true, IsPlanned: true, IsReady: false, 1, 2, 7),
            Assert.Single(cluster.Nodes));
        Assert.Equal(new VNodeRow("node1", 2, 1), Assert.Single(cluster.VNodes));
        answer.Remove("vnodes");
        Assert.Throws<InvalidDataException>(() => ClusterPicture.Read(answer));
    }

    private static List<NodeRow> NodesOf(int count) =>
    [
        .. Enumerable.Range(1, count).Select(
            number => new NodeRow($"node{number}", IsAlive: true, IsPlanned: true, IsReady: true, 1, 1, 0)),
    ];

    private static string Printed(DemoResult result)
    {
        using var output = new StringWriter { NewLine = "\n" };
        result.Print(output);
        return output.ToString();
    }
}
