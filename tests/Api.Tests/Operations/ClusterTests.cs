using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Operations;

/// <summary>What the answers about the cluster are, and those for probes.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_cluster_is_shown_with_nodes_vnodes_and_leaders()
    {
        var cluster = (await _host.SendAsync("GET", "/cluster")).Json;
        var servers = (await _host.SendAsync("GET", "/cluster/servers")).Json;

        Assert.Equal((64, 2, "node1"), (
            (int)cluster["vnode_count"]!, (int)cluster["replica_target"]!, (string?)cluster["system_leader"]));
        Assert.Equal(
            """[{"number":0,"leader":"node1","replicas":[{"node":"node1","voter":true,"lag_entries":0}]}]""",
            cluster["vnodes"]!.ToJsonString());
        Assert.Equal(cluster["nodes"]!.ToJsonString(), servers["servers"]!.ToJsonString());
        var expected = JsonNode.Parse("""
            {"node_id":"node1","number":1,"address":"127.0.0.1:11111","rest_address":null,"alive":true,"planned":true,
             "ready":true,"leaders":0,"replicas":0}
            """);
        Assert.True(JsonNode.DeepEquals(expected, servers["servers"]![0]), servers.ToJsonString());
    }

    [Fact]
    public async Task The_cluster_is_configured_and_nodes_join_and_leave()
    {
        var configured = await _host.SendAsync("POST", "/cluster/configure", """{"shards":64,"replicas":3}""");
        var joined = await _host.SendAsync(
            "POST", "/cluster/join", """{"node_id":"node3","raft_address":"127.0.0.1:1"}""");
        var removed = await _host.SendAsync("POST", "/cluster/remove", """{"node_id":"node1"}""");
        var cluster = (await _host.SendAsync("GET", "/cluster")).Json;

        Assert.Equal(["""{"status":"ok"}""", """{"status":"ok"}""", """{"status":"ok"}"""],
            [configured.Text, joined.Text, removed.Text]);
        Assert.Equal(3, (int)cluster["replica_target"]!);
        Assert.Equal([false, true, true], cluster["nodes"]!.AsArray().Select(node => (bool)node!["planned"]!));
    }

    [Fact]
    public async Task A_process_lives_whatever_the_cluster_does_and_is_ready_when_it_answers()
    {
        var ready = await _host.SendAsync("GET", "/readyz");
        _host.Cluster.Self.SystemLeader = null;
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        var leaderless = await _host.SendAsync("GET", "/readyz");
        _host.Cluster.Fault = new TimeoutException();
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        var away = await _host.SendAsync("GET", "/health");
        var live = await _host.SendAsync("GET", "/livez");

        Assert.Equal((200, "ok"), (ready.Status, (string?)ready.Json["status"]));
        Assert.Equal((503, "E018"), (leaderless.Status, leaderless.Code));
        Assert.Equal("the system group has no leader", (string?)leaderless.Json["details"]!["reason"]);
        Assert.Equal((503, "1"), (away.Status, away.Headers["Retry-After"]));
        Assert.Equal("the cluster does not answer (TimeoutException)", (string?)away.Json["details"]!["reason"]);
        Assert.Equal(200, live.Status);
    }

    [Fact]
    public async Task Probes_ask_the_cluster_no_more_than_twice_a_second()
    {
        for (var i = 0; i < 5; i++)
        {
            await _host.SendAsync("GET", "/readyz");
        }

        Assert.Equal(1, _host.Cluster.Self.DescribeCount);
        _host.Clock.Advance(TimeSpan.FromMilliseconds(501));
        await _host.SendAsync("GET", "/readyz");
        Assert.Equal(2, _host.Cluster.Self.DescribeCount);
    }

    [Fact]
    public async Task A_node_says_itself_whether_it_is_ready()
    {
        await using var node = await ApiHost.StartAsync(addMore: services => services.AddSingleton<IReadiness, Late>());

        var ready = await node.SendAsync("GET", "/readyz");

        Assert.Equal((503, "vnode 7 is late"), (ready.Status, (string?)ready.Json["details"]!["reason"]));
        Assert.Equal(0, node.Cluster.Self.DescribeCount);
    }

    private sealed class Late : IReadiness
    {
        public ValueTask<ReadinessReport> CheckAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(new ReadinessReport(false, "vnode 7 is late"));
    }
}
