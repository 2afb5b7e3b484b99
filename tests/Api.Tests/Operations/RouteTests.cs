using System.Text.Json.Nodes;
using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Core.Jobs;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Operations;

/// <summary>What the answers about routes are.</summary>
public sealed class RouteTests : IAsyncLifetime
{
    private const string Full = """
        {"id":"full","type":"REST","webhook_url":"https://a.example/x?y=1","mode":"at_most_once","timeout_ms":5000,
         "attempts_max":3,"backoff_initial_ms":10,"backoff_max_ms":20,"concurrency":4,"rate_per_s":5,"paused":true,
         "secrets":["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]}
        """;

    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_new_route_answers_201_the_same_again_200_and_another_409()
    {
        var created = await _host.SendAsync("POST", "/route/shop", Full);
        var again = await _host.SendAsync("POST", "/route/shop", Full);
        var other = await _host.SendAsync(
            "POST", "/route/shop", """{"id":"full","webhook_url":"https://b.example/"}""");

        Assert.Equal(201, created.Status);
        Assert.Equal(["status", "id", "version"], created.Json.AsObject().Select(field => field.Key));
        Assert.Equal($"\"{created.Version}\"", created.ETag);
        Assert.Equal((200, created.Version), (again.Status, again.Version));
        Assert.Equal((409, "E031"), (other.Status, other.Code));
    }

    [Fact]
    public async Task A_route_is_shown_with_all_that_it_is_but_its_secrets()
    {
        var created = await _host.SendAsync("POST", "/route/shop", Full);

        var route = await _host.SendAsync("GET", "/route/shop/full");

        Assert.Equal(created.ETag, route.ETag);
        AssertJson($$"""
            {"id":"full","db":"shop","type":"REST","webhook_url":"https://a.example/x?y=1","mode":"at_most_once",
             "timeout_ms":5000,"attempts_max":3,"backoff_initial_ms":10,"backoff_max_ms":20,"concurrency":4,
             "rate_per_s":5,"paused":true,"secret_count":1,"version":{{created.Version}}}
            """, route.Json);
    }

    [Fact]
    public async Task Put_replaces_all_of_a_route()
    {
        var first = await _host.SendAsync("PUT", "/route/shop/full", Full);
        var second = await _host.SendAsync(
            "PUT", "/route/shop/full", """{"webhook_url":"https://b.example/"}""", ("If-Match", first.ETag));
        var stale = await _host.SendAsync(
            "PUT", "/route/shop/full", """{"webhook_url":"https://c.example/"}""", ("If-Match", first.ETag));
        var route = (await _host.SendAsync("GET", "/route/shop/full")).Json;

        Assert.Equal((201, 200), (first.Status, second.Status));
        Assert.Equal((412, "E004"), (stale.Status, stale.Code));
        AssertJson($$"""
            {"id":"full","db":"shop","type":"REST","webhook_url":"https://b.example/","mode":"at_least_once",
             "timeout_ms":10000,"attempts_max":10,"backoff_initial_ms":1000,"backoff_max_ms":600000,"paused":false,
             "secret_count":0,"version":{{second.Version}}}
            """, route);
    }

    [Fact]
    public void The_backoffs_that_are_compared_by_default_are_those_that_the_nodes_take()
    {
        var route = new Core.Routes.Route { Key = RouteKey.Of("shop", "hook"), WebhookUrl = "https://a.example/" };

        Assert.Equal(
            (Limits.BackoffInitialMsDefault, Limits.BackoffMaxMsDefault), (route.BackoffInitialMs, route.BackoffMaxMs));
    }

    [Theory]
    [InlineData("\"backoff_initial_ms\":21,\"backoff_max_ms\":20", "at most backoff_max_ms, which is 20.")]
    [InlineData("\"backoff_initial_ms\":600001", "at most backoff_max_ms, which is 600000 by default.")]
    public async Task A_backoff_that_does_not_fit_the_other_is_told_what_that_is(string fields, string message)
    {
        var body = $$"""{"webhook_url":"https://a.example/",{{fields}}}""";

        var refused = await _host.SendAsync("PUT", "/route/shop/hook", body);

        Assert.Equal((400, "E001"), (refused.Status, refused.Code));
        Assert.EndsWith(" must be " + message, (string?)refused.Json["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_pauses_and_resumes()
    {
        var paused = await _host.SendAsync("POST", "/route/shop/hook/pause");
        var isPaused = (bool)(await _host.SendAsync("GET", "/route/shop/hook")).Json["paused"]!;
        var resumed = await _host.SendAsync("POST", "/route/shop/hook/resume");
        var isPausedStill = (bool)(await _host.SendAsync("GET", "/route/shop/hook")).Json["paused"]!;

        Assert.Equal((200, 200), (paused.Status, resumed.Status));
        Assert.Equal((true, false), (isPaused, isPausedStill));
    }

    [Fact]
    public async Task A_route_with_jobs_is_deleted_by_force_alone()
    {
        await _host.PutJobAsync("a");

        var refused = await _host.SendAsync("DELETE", "/route/shop/hook");
        var refusedToo = await _host.SendAsync("DELETE", "/route/shop/hook?force=false");
        var deleted = await _host.SendAsync("DELETE", "/route/shop/hook?force=true");
        var gone = await _host.SendAsync("GET", "/route/shop/hook");

        Assert.Equal((409, "E012", 1), (
            refused.Status, refused.Code, (int)refused.Json["details"]!["unfinished"]!));
        Assert.Equal(409, refusedToo.Status);
        Assert.Equal(200, deleted.Status);
        Assert.Equal((404, "E010"), (gone.Status, gone.Code));
    }

    [Fact]
    public async Task Routes_are_listed_by_id_and_database()
    {
        await _host.SendAsync("PUT", "/route/shop/a%2Fb", """{"webhook_url":"https://a.example/"}""");
        await _host.SendAsync("PUT", "/route/other/c", """{"webhook_url":"https://a.example/"}""");

        var list = (await _host.SendAsync("GET", "/route/shop")).Json;

        Assert.Equal(["a/b", "hook"], list["routes"]!.AsArray().Select(route => (string?)route!["id"]));
    }

    private static void AssertJson(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
}
