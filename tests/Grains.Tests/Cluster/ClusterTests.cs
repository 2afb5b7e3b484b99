using System.Diagnostics;
using System.Text;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Tests.Delivery;
using TimeMachine.Sample;

namespace TimeMachine.Grains.Tests.Cluster;

/// <summary>Silos and Orleans clients: what a .NET service sees.</summary>
public sealed class ClusterTests
{
    private const int PatienceMs = 60_000;

    [Fact]
    public async Task A_job_of_one_node_arrives_and_is_told_as_delivered()
    {
        using var recipient = new RawRecipient(Manner.Answer);
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 1);
        await PutRouteAsync(cluster, recipient.Url);
        var jobs = cluster.Client.Jobs("shop", "timeouts");

        var created = (await jobs.CreateAsync(new JobSpec
        {
            Id = "order-7",
            DelayMs = 20,
            Route = "hook",
            Meta = "{\"order\":7}"u8.ToArray(),
        })).OrThrow();
        var job = await UntilAsync(jobs, "order-7", JobStatus.Delivered);

        Assert.True(created.IsNew);
        Assert.Equal(created.Version, job.Version);
        Assert.Contains("{\"order\":7}", Assert.Single(recipient.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_is_put_while_a_node_starts_waits_for_the_node()
    {
        var back = new TaskCompletionSource();
        await using var cluster = await SiloCluster.StartWithoutPlanAsync(back.Task);

        var put = PutRouteAsync(cluster, "http://127.0.0.1:1/");
        await cluster.Client.Cluster().DescribeAsync();
        back.SetResult();

        await put;
    }

    [Fact]
    public async Task Three_nodes_keep_every_job_when_one_of_them_is_killed()
    {
        using var recipient = new RawRecipient(Manner.Answer);
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 3);
        await PutRouteAsync(cluster, recipient.Url);
        var jobs = cluster.Client.Jobs("shop", "timeouts");

        await CreateAsync(jobs, Enumerable.Range(0, 100).Select(number => ASpec($"{number}", 1_500)));
        await cluster.KillAsync("Silo_1");

        for (var number = 0; number < 100; number++)
        {
            await UntilAsync(jobs, $"{number}", JobStatus.Delivered);
        }

        Assert.Equal(100, recipient.Requests.Select(BodyOf).Distinct().Count());
        await cluster.RestartAsync(1, nodeCount: 3);
    }

    [Fact]
    public async Task A_node_that_stops_in_good_order_costs_no_duplicate()
    {
        using var recipient = new RawRecipient(Manner.Answer);
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 3);
        await PutRouteAsync(cluster, recipient.Url);
        var jobs = cluster.Client.Jobs("shop", "timeouts");

        await CreateAsync(jobs, Enumerable.Range(0, 200).Select(number => ASpec($"{number}", 5 * number)));
        await cluster.StopAsync("Silo_1");

        for (var number = 0; number < 200; number++)
        {
            await UntilAsync(jobs, $"{number}", JobStatus.Delivered);
        }

        Assert.Equal(200, recipient.Requests.Select(BodyOf).Distinct().Count());
        Assert.Equal(200, recipient.Requests.Count);
    }

    [Fact]
    public async Task The_sample_of_a_dotnet_service_does_what_it_says()
    {
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 1);
        using var output = new StringWriter();

        await Payments.RunAsync(cluster.Client, "http://127.0.0.1:9/hook", output);

        Assert.Equal(
            """
            created order-7
            it is Scheduled for payment-timeout: {"order":"order-7"}
            moved; with the old version again: E004
            cancelled: Won, version replaced
            created 50 in one request
            50 wait

            """,
            output.ToString(),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_list_comes_page_by_page_in_one_order()
    {
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 1);
        await PutRouteAsync(cluster, "http://127.0.0.1:9/");
        var jobs = cluster.Client.Jobs("shop", "later");
        var specs = Enumerable.Range(0, 300).Select(number => ASpec($"job/{number}", 3_600_000 + number)).ToList();
        await CreateAsync(jobs, specs);
        await CreateAsync(cluster.Client.Jobs("shop", "late"), [ASpec("other", 3_600_000)]);

        var found = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await jobs.ListAsync(new JobQuery { Limit = 70, Cursor = cursor })).OrThrow();
            Assert.True(page.Jobs.Length <= 70);
            found.AddRange(page.Jobs.Select(job => job.Id));
            cursor = page.Cursor;
        }
        while (cursor is not null);

        Assert.Equal(specs.Select(job => job.Id!).Order(), found.Order());
        Assert.Empty((await jobs.ListAsync(new JobQuery { State = JobStatus.Dead })).OrThrow().Jobs);
        Assert.Equal(ErrorCodes.InvalidRequest, (await jobs.ListAsync(new JobQuery { Cursor = "x" })).Error?.Code);
    }

    [Fact]
    public async Task A_batch_refuses_what_is_wrong_in_it_and_creates_the_rest()
    {
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 1);
        await PutRouteAsync(cluster, "http://127.0.0.1:9/");
        var jobs = cluster.Client.Jobs("shop", "timeouts");

        var reply = (await jobs.CreateManyAsync(
        [
            ASpec("a", 3_600_000),
            null!,
            ASpec("..", 1),
            ASpec("b", -1),
            ASpec("c", 1) with { Route = "nowhere" },
            ASpec("d", 1) with { Meta = "no JSON"u8.ToArray() },
        ])).OrThrow();

        Assert.Equal(
            [null, "E001", "E001", "E001", "E010", "E001"], reply.Jobs.Select(job => job.Error?.Code));
        Assert.Equal("a", (await jobs.GetAsync("a")).OrThrow().Id);
        Assert.Equal(ErrorCodes.JobNotFound, (await jobs.GetAsync("b")).Error?.Code);
    }

    [Fact]
    public async Task Items_of_a_batch_that_name_the_same_job_are_carried_out_in_their_order()
    {
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 1);
        await PutRouteAsync(cluster, "http://127.0.0.1:9/");
        var jobs = cluster.Client.Jobs("shop", "timeouts");
        var specs = Enumerable.Range(0, 50)
            .SelectMany(job => Enumerable.Range(0, 3).Select(turn => ASpec($"{job}", 3_600_000 + turn)))
            .Append(ASpec("0", 3_600_000));

        var reply = (await jobs.CreateManyAsync([.. specs])).OrThrow();

        var codes = Enumerable.Repeat<string?[]>([null, ErrorCodes.JobExists, ErrorCodes.JobExists], 50);
        Assert.Equal(codes.SelectMany(three => three).Append(null), reply.Jobs.Select(job => job.Error?.Code));
        Assert.False(reply.Jobs[^1].IsNew);
        Assert.Equal(reply.Jobs[0].Version, reply.Jobs[^1].Version);
    }

    [Fact]
    public async Task An_idempotency_key_stands_for_one_content()
    {
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 1);
        var routes = cluster.Client.Routes("shop");
        var jobs = cluster.Client.Jobs("shop", "timeouts");
        var once = new RequestOptions { IdempotencyKey = "k" };
        var hook = new RouteSpec { Id = "hook", WebhookUrl = "http://127.0.0.1:9/" };

        var made = (await routes.PutAsync(hook, once)).OrThrow();
        Assert.Equal(made, await routes.PutAsync(hook, once));
        Assert.Equal(ErrorCodes.KeyReused, (await routes.PutAsync(hook with { TimeoutMs = 9 }, once)).Error?.Code);

        var put = (await jobs.PutAsync(ASpec("a", 3_600_000), once)).OrThrow();
        var drawn = (await jobs.CreateAsync(ASpec("a", 3_600_000) with { Id = null }, once)).OrThrow();
        var other = ASpec("a", 3_600_001);
        Assert.Equal(put, await jobs.PutAsync(ASpec("a", 3_600_000), once));
        Assert.Equal(ErrorCodes.KeyReused, (await jobs.PutAsync(other, once)).Error?.Code);
        var ifAbsent = await jobs.PutAsync(ASpec("a", 3_600_000), once with { IfAbsent = true });
        Assert.Equal(ErrorCodes.KeyReused, ifAbsent.Error?.Code);
        Assert.Equal(ErrorCodes.KeyReused, (await jobs.CreateAsync(other with { Id = null }, once)).Error?.Code);
        Assert.NotEqual("a", drawn.Id);
        Assert.Equal(DeleteOutcome.Won, (await jobs.DeleteAsync("a", once)).OrThrow().Deleted);
    }

    [Fact]
    public async Task A_first_backoff_that_is_not_given_is_no_longer_than_the_longest()
    {
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 1);
        var routes = cluster.Client.Routes("shop");
        var hook = new RouteSpec { Id = "hook", WebhookUrl = "http://127.0.0.1:9/", BackoffMaxMs = 500 };

        (await routes.PutAsync(hook)).OrThrow();
        var quick = (await routes.GetAsync("hook")).OrThrow().Route!;
        (await routes.PutAsync(hook with { BackoffMaxMs = null })).OrThrow();
        var usual = (await routes.GetAsync("hook")).OrThrow().Route!;

        Assert.Equal((500, 500), (quick.BackoffInitialMs, quick.BackoffMaxMs));
        Assert.Equal(
            (Limits.BackoffInitialMsDefault, Limits.BackoffMaxMsDefault), (usual.BackoffInitialMs, usual.BackoffMaxMs));
    }

    [Fact]
    public async Task A_refused_delete_of_a_route_leaves_it_as_it_is()
    {
        await using var cluster = await SiloCluster.StartAsync(nodeCount: 3);
        await PutRouteAsync(cluster, "http://127.0.0.1:9/");
        var routes = cluster.Client.Routes("shop");
        var jobs = cluster.Client.Jobs("shop", "timeouts");
        var before = (await routes.GetAsync("hook")).OrThrow().Version;
        await CreateAsync(jobs, [ASpec("a", 3_600_000), ASpec("b", 3_600_000)]);

        var refused = await routes.DeleteAsync("hook");
        var stale = await routes.DeleteAsync("hook", options: new RequestOptions { IfVersion = before + 1 });

        Assert.Equal(ErrorCodes.RouteInUse, refused.Error?.Code);
        Assert.Equal((2, before), (refused.UnfinishedCount, refused.Version));
        Assert.Equal(ErrorCodes.VersionMismatch, stale.Error?.Code);
        Assert.Equal(before, (await routes.GetAsync("hook")).OrThrow().Version);
        (await jobs.DeleteAsync("a")).OrThrow();
        (await jobs.DeleteAsync("b")).OrThrow();
        (await routes.DeleteAsync("hook")).OrThrow();
        Assert.Equal(ErrorCodes.RouteNotFound, (await routes.GetAsync("hook")).Error?.Code);
    }

    private static JobSpec ASpec(string id, long delayMs) => new()
    {
        Id = id,
        DelayMs = delayMs,
        Route = "hook",
        Meta = Encoding.UTF8.GetBytes($"\"{id}\""),
    };

    private static async Task CreateAsync(IJobsGrain jobs, IEnumerable<JobSpec> specs)
    {
        var batch = (await jobs.CreateManyAsync([.. specs])).OrThrow();
        Assert.All(batch.Jobs, reply => Assert.Null(reply.Error));
    }

    private static async Task<Job> UntilAsync(IJobsGrain jobs, string id, JobStatus state)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            Assert.True(watch.ElapsedMilliseconds < PatienceMs, $"{id} is not {state}");
            var reply = await jobs.GetAsync(id);
            if (reply.Error is { RetryAfterMs: > 0 })
            {
                continue;
            }

            var job = reply.OrThrow().Job!;
            if (job.State == state)
            {
                return job;
            }
        }
    }

    private static async Task PutRouteAsync(SiloCluster cluster, string url)
    {
        var route = new RouteSpec { Id = "hook", WebhookUrl = url };
        (await cluster.Client.Routes("shop").PutAsync(route)).OrThrow();
    }

    private static string BodyOf(string request) =>
        request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
