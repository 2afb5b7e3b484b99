using System.Text.Json.Nodes;
using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Operations;

/// <summary>What the answers about one job are.</summary>
public sealed class JobTests : IAsyncLifetime
{
    private const string Body = """{"id":"a","trigger_time":1893456060000,"route":"hook","meta":{"n":1}}""";
    private const string Other = """{"id":"a","trigger_time":1893456060000,"route":"hook","meta":{"n":2}}""";
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_new_job_answers_201_the_same_again_200_and_another_409()
    {
        var created = await _host.SendAsync("POST", ApiHost.Collection, Body);
        var again = await _host.SendAsync("POST", ApiHost.Collection, Body);
        var other = await _host.SendAsync("POST", ApiHost.Collection, Other);

        Assert.Equal(201, created.Status);
        Assert.Equal(
            ["status", "id", "version", "offset", "state"], created.Json.AsObject().Select(field => field.Key));
        Assert.Equal(("ok", "a", "scheduled"), (
            (string?)created.Json["status"], (string?)created.Json["id"], (string?)created.Json["state"]));
        Assert.Equal($"\"{created.Version}\"", created.ETag);
        Assert.Equal(created.Version / 65_536, (long)created.Json["offset"]!);
        Assert.Equal((200, created.Version), (again.Status, again.Version));
        Assert.Equal((409, "E003"), (other.Status, other.Code));
        Assert.Equal(created.Version, (long)other.Json["details"]!["version"]!);
    }

    [Fact]
    public async Task A_waiting_job_is_shown_with_all_that_it_is()
    {
        await _host.SendAsync("PUT", ApiHost.Collection + "/a", """
            {"trigger_time":"2030-01-01T02:00:00.5+01:00","route":"hook","meta":[1],"mode":"at_most_once",
             "expire_after_ms":60000}
            """);

        var job = await _host.SendAsync("GET", ApiHost.Collection + "/a");

        Assert.Equal(200, job.Status);
        Assert.Equal("application/json", job.Headers["Content-Type"]);
        Assert.Equal("no-store", job.Headers["Cache-Control"]);
        Assert.Equal($"\"{job.Version}\"", job.ETag);
        AssertJson($$"""
            {"id":"a","db":"shop","collection":"timeouts","state":"scheduled","version":{{job.Version}},
             "trigger_time":1893459600500,"route":"hook","mode":"at_most_once","expire_after_ms":60000,"meta":[1],
             "created_at":1893456000000,"attempt_count":0,"attempts":[],"next_attempt_at":1893459600500}
            """, job);
    }

    [Fact]
    public async Task A_dead_job_is_shown_with_its_attempts()
    {
        var jobs = _host.Cluster.JobsOf("shop", "timeouts");
        await _host.PutJobAsync("a");
        jobs.Change("a", job => job with
        {
            State = JobStatus.Dead,
            AttemptCount = 2,
            LatenessMs = 3,
            Attempts =
            [
                new Attempt(1, 1_893_459_600_001, 503, "status", 12),
                new Attempt(2, 1_893_459_601_000, 0, "timeout", 10_000),
            ],
        });

        var job = (await _host.SendAsync("GET", ApiHost.Collection + "/a")).Json;

        Assert.Equal("dead", (string?)job["state"]);
        Assert.Equal(3, (int)job["lateness_ms"]!);
        Assert.Equal(2, (int)job["attempt_count"]!);
        Assert.Equal(
            """[{"n":1,"at":1893459600001,"status":503,"error":"status","ms":12},"""
            + """{"n":2,"at":1893459601000,"error":"timeout","ms":10000}]""",
            job["attempts"]!.ToJsonString());
        Assert.Null(job["next_attempt_at"]);
    }

    [Fact]
    public async Task A_delivered_job_is_shown_without_its_body()
    {
        await _host.PutJobAsync("a");
        _host.Cluster.JobsOf("shop", "timeouts").Change("a", job => job with
        {
            State = JobStatus.Delivered,
            AttemptCount = 1,
            LastStatus = 204,
            LatenessMs = 0,
            Meta = default,
        });

        var job = (await _host.SendAsync("GET", ApiHost.Collection + "/a")).Json.AsObject();

        Assert.Equal("delivered", (string?)job["state"]);
        Assert.Equal((1, 204, 0), ((int)job["attempt_count"]!, (int)job["last_status"]!, (int)job["lateness_ms"]!));
        Assert.False(job.ContainsKey("meta"));
        Assert.False(job.ContainsKey("attempts"));
    }

    [Fact]
    public async Task Put_replaces_the_version_that_it_names_and_no_other()
    {
        var first = await _host.PutJobAsync("a", headers: ("If-None-Match", "*"));
        var second = await _host.PutJobAsync("a", "2", ("If-Match", first.ETag));
        var stale = await _host.PutJobAsync("a", "3", ("If-Match", first.ETag));
        var taken = await _host.PutJobAsync("a", "4", ("If-None-Match", "*"));

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.True(second.Version > first.Version);
        Assert.Equal((412, "E004", second.Version), (
            stale.Status, stale.Code, (long)stale.Json["details"]!["version"]!));
        Assert.Equal((412, "E004"), (taken.Status, taken.Code));
        Assert.Equal(2, (int)(await _host.SendAsync("GET", ApiHost.Collection + "/a")).Json["meta"]!);
    }

    [Fact]
    public async Task Put_of_a_claimed_job_is_too_late()
    {
        await _host.PutJobAsync("a");
        _host.Cluster.JobsOf("shop", "timeouts").Change("a", job => job with { State = JobStatus.Claimed });

        var late = await _host.PutJobAsync("a", "2");

        Assert.Equal((409, "E005"), (late.Status, late.Code));
    }

    [Fact]
    public async Task Delete_says_whether_it_won()
    {
        await _host.PutJobAsync("a");
        await _host.PutJobAsync("b");
        _host.Cluster.JobsOf("shop", "timeouts").Change("b", job => job with
        {
            State = JobStatus.Claimed,
            AttemptCount = 1,
        });

        var won = await _host.SendAsync("DELETE", ApiHost.Collection + "/a");
        var stopped = await _host.SendAsync("DELETE", ApiHost.Collection + "/b");
        var finished = await _host.SendAsync("DELETE", ApiHost.Collection + "/a");

        AssertJson(
            $$"""{"status":"ok","id":"a","version":{{won.Version}},"outcome":"won","attempts":0}""", won);
        AssertJson(
            $$"""{"status":"ok","id":"b","version":{{stopped.Version}},"outcome":"stopped","attempts":1}""", stopped);
        Assert.Equal((409, "E006"), (finished.Status, finished.Code));
    }

    [Fact]
    public async Task Run_makes_a_job_due_now_and_redrive_keeps_the_version()
    {
        var put = await _host.PutJobAsync("a");
        var run = await _host.SendAsync("POST", ApiHost.Collection + "/a/run");
        var job = (await _host.SendAsync("GET", ApiHost.Collection + "/a")).Json;
        var notDead = await _host.SendAsync("POST", ApiHost.Collection + "/a/redrive");
        _host.Cluster.JobsOf("shop", "timeouts").Change("a", one => one with { State = JobStatus.Dead });
        var redriven = await _host.SendAsync("POST", ApiHost.Collection + "/a/redrive");
        _host.Cluster.JobsOf("shop", "timeouts").Change("a", one => one with { State = JobStatus.Delivered });
        var dropped = await _host.SendAsync("POST", ApiHost.Collection + "/a/run");

        Assert.Equal(200, run.Status);
        Assert.True(run.Version > put.Version);
        Assert.Equal(FixedClock.NowMs, (long)job["trigger_time"]!);
        Assert.Equal((409, "E008"), (notDead.Status, notDead.Code));
        Assert.Equal((200, run.Version, "retrying"), (
            redriven.Status, redriven.Version, (string?)redriven.Json["state"]));
        Assert.Equal((410, "E007"), (dropped.Status, dropped.Code));
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_is_not_done_again()
    {
        var first = await _host.PutJobAsync("a", "1", ("Idempotency-Key", "k-1"));
        var repeat = await _host.PutJobAsync("a", "1", ("Idempotency-Key", "k-1"));
        var other = await _host.PutJobAsync("a", "1", ("Idempotency-Key", "k-2"));

        Assert.Equal((first.Status, first.Version), (repeat.Status, repeat.Version));
        Assert.True(other.Version > first.Version);
    }

    [Fact]
    public async Task A_trace_goes_on_with_the_job()
    {
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        await _host.PutJobAsync("a", "1", ("traceparent", trace));
        var given = _host.Cluster.JobsOf("shop", "timeouts").LastTrace;
        await _host.PutJobAsync("b");
        var none = _host.Cluster.JobsOf("shop", "timeouts").LastTrace;

        Assert.StartsWith(trace[..36], given, StringComparison.Ordinal);
        Assert.Null(none);
    }

    [Fact]
    public async Task Head_answers_as_get_without_a_body()
    {
        await _host.PutJobAsync("a");
        var get = await _host.SendAsync("GET", ApiHost.Collection + "/a");

        var head = await _host.SendAsync("HEAD", ApiHost.Collection + "/a");

        Assert.Equal((200, get.ETag, 0), (head.Status, head.ETag, head.Body.Length));
        Assert.Equal($"{get.Body.Length}", head.Headers["Content-Length"]);
    }

    private static void AssertJson(string expected, ApiAnswer answer) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), answer.Json), answer.Text);
}
