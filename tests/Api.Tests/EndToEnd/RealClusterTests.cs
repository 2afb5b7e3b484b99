using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.EndToEnd;

/// <summary>What a client of a real node sees.</summary>
public sealed class RealClusterTests(RealCluster cluster) : IClassFixture<RealCluster>
{
    private const string Jobs = "/job/shop/timeouts";

    [Fact]
    public async Task A_job_is_delivered_byte_for_byte_and_then_finished()
    {
        const string meta = """{ "n":1.00, "n":123456789012345678901234567890, "s":"\u0041\/" }""";

        var created = await cluster.SendAsync(
            "POST", Jobs, $$"""{"id":"delivered","delay_ms":20,"route":"hook","meta":{{meta}}}""");
        var job = await cluster.UntilAsync(Jobs + "/delivered", "delivered");
        var deleted = await cluster.SendAsync("DELETE", Jobs + "/delivered");
        var run = await cluster.SendAsync("POST", Jobs + "/delivered/run");
        var again = await cluster.SendAsync(
            "POST", Jobs, $$"""{"id":"delivered","delay_ms":20,"route":"hook","meta":{{meta}}}""");

        Assert.Equal(201, created.Status);
        Assert.Contains(meta, cluster.Delivered);
        Assert.Equal((1, 200, created.Version), (
            (int)job["attempt_count"]!, (int)job["last_status"]!, (long)job["version"]!));
        Assert.InRange((long)job["lateness_ms"]!, 0, long.MaxValue);
        Assert.Equal((409, "E006"), (deleted.Status, deleted.Code));
        Assert.Equal((410, "E007"), (run.Status, run.Code));
        Assert.Equal((200, "delivered", created.Version), (again.Status, (string?)again.Json["state"], again.Version));
    }

    [Fact]
    public async Task Versions_guard_a_job()
    {
        const string path = Jobs + "/guarded";
        var first = await PutAsync(path, "1", ("If-None-Match", "*"));
        var same = await cluster.SendAsync("POST", Jobs, Body("guarded", "1"));
        var other = await cluster.SendAsync("POST", Jobs, Body("guarded", "2"));
        var second = await PutAsync(path, "2", ("If-Match", first.ETag));
        var stale = await PutAsync(path, "3", ("If-Match", first.ETag));
        var taken = await PutAsync(path, "4", ("If-None-Match", "*"));
        var staleDelete = await cluster.SendAsync("DELETE", path, null, ("If-Match", first.ETag));
        var won = await cluster.SendAsync("DELETE", path, null, ("If-Match", second.ETag));
        var none = await cluster.SendAsync("GET", Jobs + "/never-there");

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal((409, "E003"), (same.Status, same.Code));
        Assert.Equal((409, "E003"), (other.Status, other.Code));
        Assert.All([stale, taken, staleDelete], answer => Assert.Equal((412, "E004"), (answer.Status, answer.Code)));
        Assert.Equal("The present version is another one than the request names.", (string?)stale.Json["error"]);
        Assert.Equal(
            ("scheduled", second.Version),
            ((string?)stale.Json["details"]!["state"], (long)stale.Json["details"]!["version"]!));
        Assert.Equal((200, "won"), (won.Status, (string?)won.Json["outcome"]));
        Assert.Equal((404, "E002"), (none.Status, none.Code));
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_is_the_same_request()
    {
        var body = """{"delay_ms":3600000,"route":"hook","meta":1}""";

        var first = await cluster.SendAsync("POST", Jobs, body, ("Idempotency-Key", "once"));
        var repeat = await cluster.SendAsync("POST", Jobs, body, ("Idempotency-Key", "once"));
        var other = await cluster.SendAsync("POST", Jobs, body, ("Idempotency-Key", "twice"));
        var without = await cluster.SendAsync("POST", Jobs, body);

        Assert.Equal((first.Version, (string?)first.Json["id"]), (repeat.Version, (string?)repeat.Json["id"]));
        Assert.NotEqual((string?)first.Json["id"], (string?)other.Json["id"]);
        Assert.Equal((201, 201), (other.Status, without.Status));
    }

    [Fact]
    public async Task Names_of_all_kinds_come_back_from_the_disk()
    {
        string[] names = ["a/b", "a%2Fb", "%", "{user7}:order9", "_", ":", "\"", "שלום", "😀", " ", new('ü', 256)];
        foreach (var name in names)
        {
            var put = await PutAsync("/job/shop/names/" + Uri.EscapeDataString(name), "1");
            Assert.Equal((201, name), (put.Status, (string?)put.Json["id"]));
        }

        var found = new List<string?>();
        var cursor = "";
        do
        {
            var page = await cluster.SendAsync("GET", "/job/shop/names?limit=3" + cursor);
            Assert.Equal(200, page.Status);
            found.AddRange(page.Json["jobs"]!.AsArray().Select(job => (string?)job!["id"]));
            cursor = (string?)page.Json["cursor"] is { } next ? "&cursor=" + Uri.EscapeDataString(next) : null;
        }
        while (cursor is not null);

        Assert.Equal(names.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        var bad = await cluster.SendAsync("GET", "/job/shop/names?cursor=none");
        Assert.Equal((400, "cursor"), (bad.Status, bad.Field));
    }

    [Fact]
    public async Task A_batch_of_ten_thousand_is_created_job_by_job()
    {
        const int count = 9_998;
        var jobs = Enumerable.Range(0, count).Select(number => Body($"many-{number}", $"{number}"));
        var body = $"[{string.Join(',', jobs)},{Body("..", "1")},{Body("many-0", "true")}]";

        var answer = await cluster.SendAsync("POST", "/job/shop/many/batch", body, ("Idempotency-Key", "batch"));
        var repeat = await cluster.SendAsync("POST", "/job/shop/many/batch", body, ("Idempotency-Key", "batch"));

        var statuses = answer.Json["results"]!.AsArray().Select(result => (int)result!["status"]!).ToList();
        Assert.Equal(count + 2, statuses.Count);
        Assert.All(statuses[..count], status => Assert.Equal(201, status));
        Assert.Equal([400, 409], statuses[count..]);
        Assert.Equal(answer.Text, repeat.Text);
    }

    [Fact]
    public async Task A_route_is_guarded_paused_and_deleted_with_its_jobs_by_force_alone()
    {
        const string route = "/route/routes/hook";
        var body = $$"""{"id":"hook","webhook_url":"{{cluster.Webhook}}"}""";
        var created = await cluster.SendAsync("POST", "/route/routes", body);
        var same = await cluster.SendAsync("POST", "/route/routes", body);
        var other = await cluster.SendAsync(
            "POST", "/route/routes", """{"id":"hook","webhook_url":"https://b.example/"}""");
        var paused = await cluster.SendAsync("POST", route + "/pause");
        await PutAsync("/job/routes/jobs/waits", "\"never sent\"");
        var refused = await cluster.SendAsync("DELETE", route);
        var deleted = await cluster.SendAsync("DELETE", route + "?force=true");
        var gone = await cluster.SendAsync("GET", route);
        var late = await PutAsync("/job/routes/jobs/late", "1");

        Assert.Equal((201, 200, created.Version), (created.Status, same.Status, same.Version));
        Assert.Equal((409, "E031"), (other.Status, other.Code));
        Assert.Equal(200, paused.Status);
        Assert.Equal((409, "E012", 1), (
            refused.Status, refused.Code, (int)refused.Json["details"]!["unfinished"]!));
        Assert.Equal(200, deleted.Status);
        Assert.Equal((404, "E010"), (gone.Status, gone.Code));
        Assert.Contains(late.Code, (string[])["E010", "E011"]);
    }

    [Fact]
    public async Task A_job_that_ends_with_its_route_counts_no_attempt_and_is_redriven_once_the_route_is_there_again()
    {
        const string route = "/route/gone/hook";
        const string job = "/job/gone/jobs/a";
        var webhook = $$"""{"webhook_url":"{{cluster.Webhook}}"}""";
        await cluster.SendAsync("PUT", route, webhook);
        await cluster.SendAsync("POST", route + "/pause");
        await cluster.SendAsync("PUT", job, """{"delay_ms":0,"route":"hook","meta":"after all"}""");
        await cluster.SendAsync("DELETE", route + "?force=true");
        var dead = await cluster.UntilAsync(job, "dead");

        var refused = await cluster.SendAsync("POST", job + "/redrive");
        var still = await cluster.SendAsync("GET", job);
        await cluster.SendAsync("PUT", route, webhook);
        var redriven = await cluster.SendAsync("POST", job + "/redrive");
        var delivered = await cluster.UntilAsync(job, "delivered");

        var record = Assert.Single(dead["attempts"]!.AsArray())!;
        Assert.Equal((0, "route_deleted"), ((int)dead["attempt_count"]!, (string?)record["error"]));
        Assert.Equal((404, "E010"), (refused.Status, refused.Code));
        Assert.Equal("dead", (string?)still.Json["state"]);
        Assert.Equal(200, redriven.Status);
        Assert.Equal(1, (int)delivered["attempt_count"]!);
        Assert.Contains("\"after all\"", cluster.Delivered);
    }

    [Fact]
    public async Task An_address_that_the_nodes_may_not_reach_is_refused()
    {
        var answer = await cluster.SendAsync(
            "PUT", "/route/shop/inner", """{"webhook_url":"http://169.254.169.254/"}""");

        Assert.Equal((400, "E001", "webhook_url"), (answer.Status, answer.Code, answer.Field));
    }

    [Fact]
    public async Task The_cluster_is_whole_and_ready()
    {
        var view = (await cluster.SendAsync("GET", "/cluster")).Json;
        var ready = await cluster.SendAsync("GET", "/readyz");
        var wrong = await cluster.SendAsync("POST", "/cluster/configure", """{"shards":12,"replicas":3}""");
        var unknown = await cluster.SendAsync("POST", "/cluster/join", """{"node_id":"node9"}""");
        var last = await cluster.SendAsync(
            "POST", "/cluster/remove", $$"""{"node_id":"{{(string?)view["nodes"]![0]!["node_id"]}}"}""");

        Assert.Equal(4, view["vnodes"]!.AsArray().Count(vnode => (string?)vnode!["leader"] is not null));
        Assert.Equal(200, ready.Status);
        Assert.Equal((409, "E030"), (wrong.Status, wrong.Code));
        Assert.Equal((404, "E032"), (unknown.Status, unknown.Code));
        Assert.Equal((409, "E030"), (last.Status, last.Code));
    }

    private static string Body(string id, string meta) =>
        $$"""{"id":"{{id}}","delay_ms":3600000,"route":"hook","meta":{{meta}}}""";

    private Task<ApiAnswer> PutAsync(string path, string meta, params (string Name, string Value)[] headers) =>
        cluster.SendAsync("PUT", path, $$"""{"delay_ms":3600000,"route":"hook","meta":{{meta}}}""", headers);
}
