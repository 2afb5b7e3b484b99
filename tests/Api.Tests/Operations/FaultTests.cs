using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using TimeMachine.Api.Http;
using TimeMachine.Api.Tests.Hosting;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Operations;

/// <summary>What a client is told when the cluster refuses, or does not answer.</summary>
public sealed partial class FaultTests : IAsyncLifetime
{
    private const string Body = """{"delay_ms":1,"route":"hook","meta":1}""";
    private ApiHost _host = null!;

    public static TheoryData<string> Codes =>
    [
        .. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(code => (string)code.GetRawConstantValue()!),
    ];

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_change_without_an_answer_may_have_taken_effect_a_read_may_not()
    {
        _host.Cluster.Fault = new TimeoutException("no answer");

        var created = await _host.SendAsync("POST", ApiHost.Collection, Body);
        var batch = await _host.SendAsync("POST", ApiHost.Collection + "/batch", $"[{Body}]");
        var paused = await _host.SendAsync("POST", "/route/shop/hook/pause");
        var got = await _host.SendAsync("GET", ApiHost.Collection + "/a");
        var listed = await _host.SendAsync("GET", ApiHost.Collection);

        Assert.All([created, batch, paused], answer => Assert.Equal((503, "E017"), (answer.Status, answer.Code)));
        Assert.All([got, listed], answer => Assert.Equal((503, "E018"), (answer.Status, answer.Code)));
        Assert.All([created, got], answer => Assert.Equal("1", answer.Headers["Retry-After"]));
        Assert.DoesNotContain("no answer", created.Text, StringComparison.Ordinal);
        Assert.Contains("createJob: no answer from the cluster", _host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_says_when_to_come_again()
    {
        _host.Cluster.Refusal = new ErrorReply(ErrorCodes.Overloaded, "Too much.") { RetryAfterMs = 2_001 };
        var overloaded = await _host.SendAsync("POST", ApiHost.Collection, Body);
        _host.Cluster.Refusal = new ErrorReply(ErrorCodes.StorageFull, "No room.");
        var full = await _host.SendAsync("POST", ApiHost.Collection, Body);

        Assert.Equal((429, "E015", "3"), (overloaded.Status, overloaded.Code, overloaded.Headers["Retry-After"]));
        Assert.Equal((507, "E019"), (full.Status, full.Code));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_code_has_the_status_that_its_page_names(string code)
    {
        _host.Cluster.Refusal = new ErrorReply(code, "Refused.");

        var answer = await _host.SendAsync("POST", ApiHost.Collection, Body);

        var page = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "docs", "errors", code + ".md"), TestContext.Current.CancellationToken);
        Assert.Equal((code, HttpStatus.Of(code)), (answer.Code, answer.Status));
        Assert.Equal(int.Parse(StatusLine().Match(page).Groups[1].Value, null), answer.Status);
        Assert.True(answer.Status is (>= 400 and < 500) or 503 or 507);
        Assert.Equal(answer.Status is 429 or 503, answer.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task A_code_that_a_newer_node_made_is_passed_on()
    {
        _host.Cluster.Refusal = new ErrorReply("E999", "New.");

        var answer = await _host.SendAsync("POST", ApiHost.Collection, Body);

        Assert.Equal((503, "E999"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Bodies_beyond_the_memory_for_them_are_told_to_come_again()
    {
        var budget = new BodyBudget(bytesMax: 64 * 1024);
        await using var host = await ApiHost.StartAsync(addMore: services => services.AddSingleton(budget));
        var large = $$"""{"delay_ms":1,"route":"hook","meta":"{{new string('a', 100_000)}}"}""";

        var refused = await host.SendAsync("POST", ApiHost.Collection, large);
        var small = await host.SendAsync("POST", ApiHost.Collection, Body);

        Assert.Equal((429, "E015"), (refused.Status, refused.Code));
        Assert.True(refused.Headers.ContainsKey("Retry-After"));
        Assert.Equal(201, small.Status);
        Assert.True(budget.TryTake(64 * 1024));
    }

    [GeneratedRegex(@"^HTTP status (\d+)\.$", RegexOptions.Multiline)]
    private static partial Regex StatusLine();
}
