using System.Net;
using TimeMachine.Api.Hosting;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>The separate REST process before a node with mutual TLS: who is let in, and what the others are told.
/// </summary>
public sealed class ApiTlsTests : IAsyncLifetime
{
    private const string Job = "/job/shop/timeouts/order-42";
    private readonly TestAuthority _authority = new("cluster");
    private readonly TestAuthority _other = new("other");
    private readonly NodePlace _place = new();
    private readonly NodePlace _apiPlace = new("api");
    private RunningNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        var tls = _authority.Certify("node", 1);
        _node = new RunningNode(
            _place,
            $"--Sql:ConnectionString=Data Source={Database}",
            $"--Tls:CertificateFile={tls.CertificateFile}",
            $"--Tls:KeyFile={tls.KeyFile}",
            $"--Tls:AuthorityFile={tls.AuthorityFile}");
        await _node.WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _apiPlace.Dispose();
        _place.Dispose();
        _other.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task With_a_certificate_of_the_cluster_it_schedules_and_reads_a_job_and_with_none_it_does_not()
    {
        await using (var stranger = new RunningApi(_apiPlace, Database, tls: null))
        {
            await stranger.Log.SeenAsync(
                $"127.0.0.1:{_place.Ports[1]} ended the connection without a word. A node does so that stops, or that "
                + "has TimeMachine:Tls: then this process needs the three files too.");

            var (ready, _) = await stranger.Probe.GetAsync("/readyz");
            var (status, text) = await stranger.Probe.GetAsync(Job);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("E018", text, StringComparison.Ordinal);
            Assert.Equal(ApiProcess.Stopped, await stranger.StopAsync());
        }

        await using var api = new RunningApi(_apiPlace, Database, _authority.Certify("api", 2));
        await api.WaitUntilReadyAsync();
        var route = await api.Probe.SendAsync(
            HttpMethod.Put, "/route/shop/hook", """{"webhook_url":"https://shop.example/hook"}""");
        var job = await api.Probe.SendAsync(
            HttpMethod.Put, Job, """{"delay_ms":3600000,"route":"hook","meta":{"order":42}}""");
        var (found, read) = await api.Probe.GetAsync(Job);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (route.Status, job.Status));
        Assert.Equal(HttpStatusCode.OK, found);
        Assert.Contains("\"meta\":{\"order\":42}", read, StringComparison.Ordinal);
        Assert.DoesNotContain("refused before", api.Log.All, StringComparison.Ordinal);
        Assert.Equal(ApiProcess.Stopped, await api.StopAsync());
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_by_either_side_and_it_says_so()
    {
        var stranger = _other.Certify("api", 2);
        await using (var api = new RunningApi(_apiPlace, Database, stranger))
        {
            await api.Log.SeenAsync(
                $"TLS with 127.0.0.1:{_place.Ports[1]} failed: the other side's certificate is not of "
                + "TimeMachine:Tls:AuthorityFile or not valid now");
        }

        stranger.AuthorityFile = _authority.AuthorityFile;
        await using var trusting = new RunningApi(_apiPlace, Database, stranger);
        await trusting.Log.SeenAsync(
            $"127.0.0.1:{_place.Ports[1]} ended the connection without a word. A node does so that stops, or that does "
            + "not take the certificate of TimeMachine:Tls:CertificateFile: then its own log says why.");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await trusting.Probe.GetAsync("/readyz")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await trusting.Probe.GetAsync(Job)).Status);
    }

    private string Database => Path.Combine(_place.Path, "cluster.db");
}
