using System.Net;
using System.Net.Sockets;
using TimeMachine.Silo.Hosting;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>A node on SQLite, from its settings to its exit status.</summary>
public sealed class NodeTests
{
    [Fact]
    public async Task A_node_starts_serves_stops_in_good_order_and_starts_again_on_its_disk()
    {
        using var place = new NodePlace();
        await using (var node = new RunningNode(place))
        {
            await node.WaitUntilReadyAsync();

            Assert.Equal(HttpStatusCode.OK, (await node.Probe.GetAsync("/livez")).Status);
            Assert.Equal(HttpStatusCode.OK, (await node.Probe.GetAsync("/health")).Status);
            Assert.Equal(HttpStatusCode.OK, (await node.Probe.GetAsync("/cluster")).Status);
            Assert.Equal(HttpStatusCode.OK, (await node.Probe.GetAsync("/swagger/index.html")).Status);
            var (status, metrics) = await node.Probe.GetAsync("/metrics");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("\ntimemachine_ready 1\n", metrics, StringComparison.Ordinal);
            Assert.Contains("\ntimemachine_leaders 4\n", metrics, StringComparison.Ordinal);
            Assert.Contains("\ntimemachine_wheel_missed_total 0\n", metrics, StringComparison.Ordinal);
            Assert.Contains("microsoft_orleans_", metrics, StringComparison.Ordinal);
            Assert.Equal(SiloProcess.Stopped, await node.StopAsync());
            Assert.Contains("Information: Node node1 has stopped with status 0", node.Log.Lines);
        }

        await using var again = new RunningNode(place);
        await again.WaitUntilReadyAsync();
        Assert.Equal(SiloProcess.Stopped, await again.StopAsync());
    }

    [Fact]
    public async Task A_node_without_the_REST_interface_has_health_and_metrics_alone()
    {
        using var place = new NodePlace();
        await using var node = new RunningNode(place, "--Api:Enabled=false");
        await node.WaitUntilReadyAsync();

        var (_, health) = await node.Probe.GetAsync("/health");

        Assert.Equal("""{"status":"ok","reason":"everything that the node leads can fire"}""", health);
        Assert.Equal(HttpStatusCode.OK, (await node.Probe.GetAsync("/livez")).Status);
        Assert.Equal(HttpStatusCode.OK, (await node.Probe.GetAsync("/metrics")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await node.Probe.GetAsync("/cluster")).Status);
    }

    [Fact]
    public async Task A_node_whose_disk_another_process_has_ends_and_says_so()
    {
        using var place = new NodePlace();
        Directory.CreateDirectory(place.DataDirectory);
        await using var held = new FileStream(
            Path.Combine(place.DataDirectory, "LOCK"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        await using var node = new RunningNode(place);

        Assert.Equal(SiloProcess.DirectoryInUse, await node.StatusAsync());
        Assert.Contains("Information: Node node1 has stopped with status 4", node.Log.Lines);
    }

    [Fact]
    public async Task A_node_whose_disk_belongs_to_another_plan_ends_and_waits_for_a_decision()
    {
        using var place = new NodePlace();
        using var other = new NodePlace("other");
        await StartAndStopAsync(place);
        await StartAndStopAsync(other);

        await using var node = new RunningNode(
            place, $"--Sql:ConnectionString=Data Source={Path.Combine(other.Path, "other", "cluster.db")}");

        Assert.Equal(SiloProcess.NeedsDecision, await node.StatusAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start_and_the_ports_are_named()
    {
        using var place = new NodePlace();
        using var taken = new TcpListener(IPAddress.Loopback, place.Ports[2]);
        taken.Start();

        await using var node = new RunningNode(place);

        Assert.Equal(SiloProcess.Failed, await node.StatusAsync());
        Assert.Contains(
            node.Log.Lines,
            line => line.StartsWith("Error: One of the ports", StringComparison.Ordinal)
                && line.Contains($"{place.Ports[2]} (HTTP) is in use", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_ends_the_start_and_the_setting_is_named()
    {
        using var place = new NodePlace();

        await using var node = new RunningNode(place, $"--Sql:ConnectionString=Data Source={place.Path}");

        Assert.Equal(SiloProcess.BadConfiguration, await node.StatusAsync());
        Assert.Contains(
            node.Log.Lines,
            line => line.StartsWith("Error: TimeMachine:Sql:ConnectionString is refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificates_that_are_none_end_the_start_and_the_section_is_named()
    {
        using var place = new NodePlace();
        var file = Path.Combine(place.Path, "none.pem");
        await File.WriteAllTextAsync(file, "none", TestContext.Current.CancellationToken);

        await using var node = new RunningNode(
            place, $"--Tls:CertificateFile={file}", $"--Tls:KeyFile={file}", $"--Tls:AuthorityFile={file}");

        Assert.Equal(SiloProcess.BadConfiguration, await node.StatusAsync());
        Assert.Contains(node.Log.Lines, line => line.StartsWith("Error: TimeMachine:Tls:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_nodes_with_TLS_are_one_cluster()
    {
        using var authority = new TestAuthority("cluster");
        using var place = new NodePlace();
        using var other = new NodePlace("node2");
        var database = $"--Sql:ConnectionString=Data Source={Path.Combine(place.Path, "cluster.db")}";
        await using var node = new RunningNode(place, [database, .. TlsArgs(authority, "a", 1)]);
        await node.WaitUntilReadyAsync();

        await using var second = new RunningNode(other, [database, .. TlsArgs(authority, "b", 2)]);
        await second.WaitUntilReadyAsync();

        Assert.Contains("node2", (await node.Probe.GetAsync("/cluster")).Text, StringComparison.Ordinal);
        Assert.Equal(SiloProcess.Stopped, await second.StopAsync());
        Assert.Equal(SiloProcess.Stopped, await node.StopAsync());
    }

    private static string[] TlsArgs(TestAuthority authority, string node, byte serial)
    {
        var tls = authority.Certify(node, serial);
        return
        [
            $"--Tls:CertificateFile={tls.CertificateFile}", $"--Tls:KeyFile={tls.KeyFile}",
            $"--Tls:AuthorityFile={tls.AuthorityFile}",
        ];
    }

    private static async Task StartAndStopAsync(NodePlace place)
    {
        await using var node = new RunningNode(place);
        await node.WaitUntilReadyAsync();
        Assert.Equal(SiloProcess.Stopped, await node.StopAsync());
    }
}
