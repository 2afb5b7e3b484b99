using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using TimeMachine.Api.Hosting;
using TimeMachine.Api.Tests.Access;

namespace TimeMachine.Api.Tests.Hosting;

/// <summary>The REST interface as a process of its own: what it starts with, and what it refuses.</summary>
public sealed class ProcessTests
{
    private const string Gateway = "--TimeMachine:Client:Gateways:0=127.0.0.1:1";
    private const string Remote = "--TimeMachine:Client:Gateways:0=10.0.0.1:30001";
    private const int PatienceMs = 60_000;

    private static readonly string[] Silent =
    [
        "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft=None", "--Logging:LogLevel:Orleans=None",
        "--Logging:LogLevel:Microsoft.Hosting.Lifetime=None",
    ];

    [Theory]
    [InlineData("TimeMachine:Api:Keys is empty, and http://0.0.0.0:80 may be", Gateway, "--urls=http://0.0.0.0:80")]
    [InlineData("TimeMachine:Api:Keys is empty, and http://[::]:80 may be", Gateway, "--urls=http://[::]:80")]
    [InlineData("TimeMachine:Api:Keys is empty, and http://*:80 may be", Gateway, "--http_ports=80")]
    [InlineData("TimeMachine:Api:Keys is empty, and https://*:81 may be", Gateway, "--https_ports=81")]
    [InlineData("and http://+:80 may be", Gateway, "--Kestrel:Endpoints:A:Url=http://+:80")]
    [InlineData("and http://10.0.0.1:80 may be", Gateway, "--urls=http://127.0.0.1:80;http://10.0.0.1:80")]
    [InlineData("and http://scheduler.example:80 may be", Gateway, "--urls=http://scheduler.example:80")]
    [InlineData("Invalid url: 'nowhere'", Gateway, "--urls=nowhere")]
    [InlineData("TimeMachine:Api:Keys:0:Name is empty.", Gateway, "--TimeMachine:Api:Keys:0:Sha256=a")]
    [InlineData("TimeMachine:Api:Keys:0:Sha256 must", Gateway, "--TimeMachine:Api:Keys:0:Name=a")]
    [InlineData("TimeMachine:Api:BodiesMibMax must be from 64", Gateway, "--TimeMachine:Api:BodiesMibMax=63")]
    [InlineData("TimeMachine:Api:AllowAnonymous", Gateway, "--TimeMachine:Api:AllowAnonymous=maybe")]
    [InlineData("'Kyes'", Gateway, "--TimeMachine:Api:Kyes:0:Name=a")]
    [InlineData("TimeMachine:Client:Gateways has 'node1:30001'", "--TimeMachine:Client:Gateways:0=node1:30001")]
    [InlineData("TimeMachine:Client:Gateways has '127.0.0.1'", "--TimeMachine:Client:Gateways:0=127.0.0.1")]
    [InlineData("TimeMachine:Client:Gateways has '10.0.0.1:30001', off loopback", Remote)]
    [InlineData("files of TimeMachine:Tls, or TimeMachine:Tls:AllowPlain=true", Remote)]
    [InlineData("TimeMachine:Tls:KeyFile '/none.key' is no file.", Gateway, "--TimeMachine:Tls:KeyFile=/none.key")]
    [InlineData("TimeMachine:Tls:AllowPlain", Gateway, "--TimeMachine:Tls:AllowPlain=maybe")]
    [InlineData("'Certificate'", Gateway, "--TimeMachine:Tls:Certificate=/a.pem")]
    [InlineData("TimeMachine:Cluster:Id is empty", Gateway, "--TimeMachine:Cluster:Id=")]
    [InlineData("TimeMachine:Sql:ConnectionString is empty", "--TimeMachine:Sql:Provider=sqlite")]
    [InlineData("TimeMachine:Sql:Provider 'mysql' is refused", "--TimeMachine:Sql:Provider=mysql")]
    [InlineData("TimeMachine:Sql:ConnectionString is refused", "--TimeMachine:Sql:ConnectionString=Pooling=True")]
    [InlineData("/none.json", "--config=/none.json")]
    public void A_setting_that_is_refused_is_named(string named, params string[] args)
    {
        var app = ApiProcess.TryBuild(args, out var problem);

        Assert.Null(app);
        Assert.Contains(named, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_TLS_that_are_none_are_refused_and_the_setting_is_named()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "no-certificate.pem");
        await File.WriteAllTextAsync(file, "none", TestContext.Current.CancellationToken);

        var app = ApiProcess.TryBuild(
            [
                Gateway, "--TimeMachine:Tls:CertificateFile=" + file, "--TimeMachine:Tls:KeyFile=" + file,
                "--TimeMachine:Tls:AuthorityFile=" + file,
            ],
            out var problem);

        Assert.Null(app);
        Assert.StartsWith(
            "TimeMachine:Tls:CertificateFile or KeyFile cannot be used:", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite", "Data Source=a.db;Password=hidden;Nonsense=1")]
    [InlineData("postgresql", "Password=hidden;Nonsense=1")]
    [InlineData("postgresql", "Database=a;Password=hidden")]
    public void A_refused_connection_string_is_not_shown(string provider, string connection)
    {
        var app = ApiProcess.TryBuild(
            ["--TimeMachine:Sql:Provider=" + provider, "--TimeMachine:Sql:ConnectionString=" + connection],
            out var problem);

        Assert.Null(app);
        Assert.StartsWith("TimeMachine:Sql:ConnectionString is refused.", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls=http://localhost:0")]
    [InlineData("--urls=http://127.0.0.1:0;http://[::1]:0")]
    [InlineData("--urls=http://unix:/tmp/a.sock")]
    [InlineData("--urls=http://0.0.0.0:0", "--TimeMachine:Api:AllowAnonymous=true")]
    [InlineData("--TimeMachine:Client:Gateways:1=[::1]:30001")]
    [InlineData("--TimeMachine:Client:Gateways:1=10.0.0.1:30001", "--TimeMachine:Tls:AllowPlain=true")]
    public async Task Other_settings_are_fine(params string[] args)
    {
        await using var app = ApiProcess.TryBuild([Gateway, .. args], out var problem);

        Assert.Null(problem);
        Assert.NotNull(app);
    }

    [Fact]
    public async Task With_keys_it_may_listen_anywhere()
    {
        await using var app = ApiProcess.TryBuild(
            [
                Gateway, "--urls=http://0.0.0.0:0", "--TimeMachine:Api:Keys:0:Name=a",
                "--TimeMachine:Api:Keys:0:Sha256=" + Keys.HashOf("a"), "--TimeMachine:Api:Keys:0:Scopes:0=read:*",
            ],
            out var problem);

        Assert.Null(problem);
        Assert.NotNull(app);
    }

    [Fact]
    public async Task The_nodes_own_file_is_read_and_the_command_line_goes_before_it()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "cluster-settings.json");
        const string settings = """
            {"TimeMachine":{"Cluster":{"Id":"shop"},"Node":{"Name":"node1"},
             "Sql":{"Provider":"postgresql","ConnectionString":"Host=a;Database=b"},
             "Api":{"BodiesMibMax":64,"AllowAnonymous":false}}}
            """;
        await File.WriteAllTextAsync(file, settings, TestContext.Current.CancellationToken);

        await using var app = ApiProcess.TryBuild(
            ["--config", file, "--TimeMachine:Api:BodiesMibMax=128"], out var problem);
        var none = ApiProcess.TryBuild(["--config", file, "--TimeMachine:Cluster:Id="], out var other);

        Assert.Null(problem);
        Assert.Equal("shop", app!.Configuration["TimeMachine:Cluster:Id"]);
        Assert.Equal("128", app.Configuration["TimeMachine:Api:BodiesMibMax"]);
        Assert.Null(none);
        Assert.StartsWith("TimeMachine:Cluster:Id is empty", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_answers_probes_while_it_looks_for_its_cluster()
    {
        await using var app = ApiProcess.TryBuild(
            [Gateway, "--urls=http://127.0.0.1:0", .. Silent], out _);
        var stopping = TestContext.Current.CancellationToken;
        var running = ApiProcess.RunAsync(app!);
        using var client = new HttpClient { BaseAddress = await ListeningAsync(app!) };

        using var live = await client.GetAsync(new Uri("/livez", UriKind.Relative), stopping);
        using var ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative), stopping);
        using var job = await client.GetAsync(new Uri("/job/shop/timeouts/a", UriKind.Relative), stopping);
        var metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), stopping);

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal((503, "E018"), ((int)job.StatusCode, (await ApiAnswer.ReadAsync(job)).Code));
        Assert.Contains("timemachine_request_seconds_count{", metrics, StringComparison.Ordinal);
        app!.Lifetime.StopApplication();
        Assert.Equal(ApiProcess.Stopped, await running);
    }

    [Fact]
    public async Task It_ends_if_it_cannot_listen()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var app = ApiProcess.TryBuild(
            [Gateway, $"--urls=http://{other.LocalEndpoint}", .. Silent], out _);

        Assert.Equal(ApiProcess.Failed, await ApiProcess.RunAsync(app!));
    }

    private static async Task<Uri> ListeningAsync(WebApplication app)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            if (app.Urls.FirstOrDefault() is { } url && new Uri(url) is { Port: > 0 } address)
            {
                return address;
            }

            Assert.True(watch.ElapsedMilliseconds < PatienceMs, "It does not listen.");
            await Task.Yield();
        }
    }
}
