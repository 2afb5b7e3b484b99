using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TimeMachine.Api.Tests.Hosting;

namespace TimeMachine.Api.Tests.Operations;

/// <summary>Many jobs in one request.</summary>
public sealed class BatchTests : IAsyncLifetime
{
    private const string Path = ApiHost.Collection + "/batch";
    private const string Lines = "application/x-ndjson";
    private const int Most = 10_000;
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Ten_thousand_jobs_of_an_array_have_a_result_each_in_their_order()
    {
        var body = $"[{string.Join(",\n", Enumerable.Range(0, Most).Select(Job))}]";

        AssertCreated(await _host.SendAsync("POST", Path, body));
    }

    [Fact]
    public async Task Ten_thousand_jobs_of_lines_have_a_result_each_in_their_order()
    {
        var body = string.Join("\r\n", Enumerable.Range(0, Most).Select(Job)) + "\n\n";

        AssertCreated(await _host.SendAsync("POST", Path, Encoding.UTF8.GetBytes(body), Lines));
    }

    [Theory]
    [InlineData(ApiHost.Json, "[", ",", "]")]
    [InlineData(Lines, "", "\n", "")]
    [InlineData(Lines + "; charset=UTF-8", "\n \n", "\r\n\n", "\n\n")]
    public async Task What_is_wrong_is_refused_and_the_rest_created(
        string type, string begin, string between, string end)
    {
        string[] jobs =
        [
            """{"id":"a","delay_ms":1,"route":"hook","meta":{"b":1,"b":2}}""",
            """{"id":"..","delay_ms":1,"route":"hook","meta":1}""",
            """{"id":"c","delay_ms":1,"route":"none","meta":1}""",
            """{"id":"a","delay_ms":1,"route":"hook","meta":{"b":1,"b":2}}""",
            """{"id":"a","delay_ms":1,"route":"hook","meta":{"b":1}}""",
            "null",
            """{"delay_ms":1,"route":"hook","meta":"\ud800"}""",
            """{"delay_ms":1,"route":"hook","meta":1}""",
        ];

        var answer = await _host.SendAsync(
            "POST", Path, Encoding.UTF8.GetBytes(begin + string.Join(between, jobs) + end), type);

        Assert.Equal(200, answer.Status);
        var results = answer.Json["results"]!.AsArray();
        Assert.Equal(Enumerable.Range(0, jobs.Length), results.Select(result => (int)result!["index"]!));
        Assert.Equal([201, 400, 404, 200, 409, 400, 400, 201], results.Select(result => (int)result!["status"]!));
        Assert.Equal(
            [null, "E001", "E010", null, "E003", "E001", "E001", null],
            results.Select(result => (string?)result!["code"]));
        Assert.Equal("id", (string?)results[1]!["details"]!["field"]);
        Assert.Equal("a", (string?)results[0]!["id"]);
        Assert.Equal(2, _host.Cluster.JobsOf("shop", "timeouts").All.Length);
    }

    [Fact]
    public async Task A_line_that_is_no_JSON_refuses_itself_alone()
    {
        byte[] body = [.. "nope\n"u8, 0xff, 0x0a, .. Encoding.UTF8.GetBytes(Job(1))];

        var answer = await _host.SendAsync("POST", Path, body, Lines);

        Assert.Equal([400, 400, 201], answer.Json["results"]!.AsArray().Select(result => (int)result!["status"]!));
    }

    [Fact]
    public async Task Refused_jobs_alone_are_answered_like_any_others()
    {
        var answer = await _host.SendAsync("POST", Path, "[1,[],{}]");

        Assert.Equal(200, answer.Status);
        Assert.Equal([400, 400, 400], answer.Json["results"]!.AsArray().Select(result => (int)result!["status"]!));
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_is_not_done_again_whatever_was_refused_in_it()
    {
        const string body =
            """[{"bad":1},{"delay_ms":1,"route":"hook","meta":1},{"delay_ms":1,"route":"hook","meta":2}]""";

        var first = await _host.SendAsync("POST", Path, body, ("Idempotency-Key", "k"));
        var repeat = await _host.SendAsync("POST", Path, body, ("Idempotency-Key", "k"));

        Assert.Equal(first.Text, repeat.Text);
        Assert.Equal(2, _host.Cluster.JobsOf("shop", "timeouts").All.Length);
    }

    private static string Job(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"id":"job-{{{number}}}","delay_ms":{{{number}}},"route":"hook","meta":{"n":{{{number}}}}}""");

    private void AssertCreated(ApiAnswer answer)
    {
        Assert.Equal(200, answer.Status);
        JsonArray results = answer.Json["results"]!.AsArray();
        Assert.Equal(Most, results.Count);
        for (var i = 0; i < Most; i++)
        {
            Assert.Equal((i, 201, $"job-{i}"), (
                (int)results[i]!["index"]!, (int)results[i]!["status"]!, (string?)results[i]!["id"]));
        }

        Assert.Equal(Most, _host.Cluster.JobsOf("shop", "timeouts").All.Length);
    }
}
