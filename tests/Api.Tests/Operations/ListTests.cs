using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Operations;

/// <summary>Lists of jobs.</summary>
public sealed class ListTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Pages_follow_one_another_by_their_cursors()
    {
        string[] ids = ["a", "b/c", "d&e=f", "g+h", "i j", "k%2Fl", "mñ"];
        foreach (var id in ids)
        {
            await _host.PutJobAsync(id);
        }

        var found = new List<string?>();
        var cursor = "";
        do
        {
            var page = await _host.SendAsync("GET", $"{ApiHost.Collection}?limit=2{cursor}");
            var jobs = page.Json["jobs"]!.AsArray();
            Assert.InRange(jobs.Count, 1, 2);
            found.AddRange(jobs.Select(job => (string?)job!["id"]));
            cursor = (string?)page.Json["cursor"] is { } next ? "&cursor=" + Uri.EscapeDataString(next) : null;
        }
        while (cursor is not null);

        Assert.Equal(ids, found);
    }

    [Theory]
    [InlineData("state=scheduled", "early late other")]
    [InlineData("state=dead", "dead")]
    [InlineData("route=hook", "dead early late")]
    [InlineData("route=hook+2", "other")]
    [InlineData("route=hook%202", "other")]
    [InlineData("from=1893456000100", "dead late other")]
    [InlineData("to=2030-01-01T00:00:00.1Z", "early")]
    [InlineData("from=2030-01-01T01:00:00.05%2B01:00&to=1893456000101&state=scheduled", "early late")]
    [InlineData("", "dead early late other")]
    [InlineData("limit=1000", "dead early late other")]
    public async Task All_that_is_asked_for_must_hold(string query, string expected)
    {
        await _host.SendAsync("PUT", "/route/shop/hook%202", """{"webhook_url":"https://a.example/"}""");
        await CreateAsync("early", 1_893_456_000_050, "hook");
        await CreateAsync("late", 1_893_456_000_100, "hook");
        await CreateAsync("dead", 1_893_456_000_200, "hook");
        await CreateAsync("other", 1_893_456_000_300, "hook 2");
        _host.Cluster.JobsOf("shop", "timeouts").Change("dead", job => job with { State = JobStatus.Dead });

        var page = await _host.SendAsync("GET", $"{ApiHost.Collection}?{query}");

        Assert.Equal(200, page.Status);
        Assert.Equal(expected, string.Join(' ', page.Json["jobs"]!.AsArray().Select(job => (string?)job!["id"])));
        Assert.Null(page.Json["cursor"]);
    }

    private Task<ApiAnswer> CreateAsync(string id, long time, string route) => _host.SendAsync(
        "POST", ApiHost.Collection, $$"""{"id":"{{id}}","trigger_time":{{time}},"route":"{{route}}","meta":1}""");
}
