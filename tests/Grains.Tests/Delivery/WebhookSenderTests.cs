using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;
using TimeMachine.Core.Triggering;
using TimeMachine.Grains.Delivery;

namespace TimeMachine.Grains.Tests.Delivery;

public sealed class WebhookSenderTests : IDisposable
{
    private const string Asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly WebhookSender _sender = new(
        new WebhookOptions { Cluster = "test", AllowLoopback = true }, TimeProvider.System);

    [Fact]
    public async Task The_request_is_what_the_documentation_says()
    {
        using var recipient = new RawRecipient(Manner.Answer);

        var result = await SendAsync(recipient.Url, "{\"a\": 1e400, \"a\": 2}", secret: new byte[32]);

        Assert.Equal(AttemptEnd.Answered, result.End);
        Assert.Equal(200, result.HttpStatus);
        var request = Assert.Single(recipient.Requests);
        Assert.StartsWith("POST /hook HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{\"a\": 1e400, \"a\": 2}", request, StringComparison.Ordinal);
        Assert.Contains("\r\nwebhook-id: test_3_655360\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nwebhook-signature: v1,", request, StringComparison.Ordinal);
        Assert.Contains("\r\nTime-Machine-Job: a%2Fb%20%F0%9F%98%80\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nTime-Machine-Attempt: 2\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nTime-Machine-Fence: 720896\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nTime-Machine-Trigger-Time: 1800000000000\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Expect", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Accept-Encoding", request, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, 0)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", 302, 0)]
    [InlineData("HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", 503, 7_000)]
    [InlineData("HTTP/1.1 429 No\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n", 429, 86_400_000)]
    [InlineData("HTTP/1.1 500 No\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n", 500, 0)]
    public async Task An_answer_is_told_as_it_is_and_never_followed(string answer, int status, int retryAfterMs)
    {
        using var recipient = new RawRecipient(Manner.Answer, answer);

        var result = await SendAsync(recipient.Url, "{}");

        Assert.Equal(AttemptEnd.Answered, result.End);
        Assert.Equal(status, result.HttpStatus);
        Assert.Equal(retryAfterMs, result.RetryAfterMs);
        Assert.Single(recipient.Requests);
    }

    [Theory]
    [InlineData(Manner.CloseUnread)]
    [InlineData(Manner.CloseRead)]
    public async Task A_connection_that_breaks_is_told_and_nothing_is_written_again(object manner)
    {
        using var recipient = new RawRecipient((Manner)manner);

        for (var attempt = 1; attempt <= 20; attempt++)
        {
            var result = await SendAsync(recipient.Url, "{\"n\":1}");

            Assert.Equal(AttemptEnd.Broken, result.End);
            Assert.False(result.WroteNothing);
            Assert.Equal(attempt, recipient.Connections);
        }
    }

    [Fact]
    public async Task A_connection_that_closes_behind_an_answer_never_makes_two_requests_of_one_attempt()
    {
        using var recipient = new RawRecipient(Manner.CloseBehind);
        var answered = 0;

        for (var attempt = 0; attempt < 100; attempt++)
        {
            var result = await SendAsync(recipient.Url, "{\"n\":1}");
            answered += result.End == AttemptEnd.Answered ? 1 : 0;
            Assert.True(result.End is AttemptEnd.Answered or AttemptEnd.Broken);
        }

        Assert.Equal(answered, recipient.Requests.Count);
    }

    [Fact]
    public async Task A_recipient_that_hangs_costs_the_routes_timeout()
    {
        using var recipient = new RawRecipient(Manner.Hang);

        var result = await SendAsync(recipient.Url, "{}", timeoutMs: 2_000);

        Assert.Equal(AttemptEnd.TimedOut, result.End);
        Assert.False(result.WroteNothing);
        Assert.Single(recipient.Requests);
    }

    [Fact]
    public async Task A_recipient_that_hangs_keeps_no_other_route_to_its_host_waiting()
    {
        var options = new WebhookOptions { Cluster = "test", AllowLoopback = true, ConnectionsPerRouteMax = 1 };
        using var sender = new WebhookSender(options, TimeProvider.System);
        using var recipient = new RawRecipient(Manner.HangFirst);
        _ = SendAsync(recipient.Url, "{}", sender: sender, timeoutMs: 20_000, route: "slow");
        await recipient.First.WaitAsync(Patience, TestContext.Current.CancellationToken);

        var behind = SendAsync(recipient.Url, "{}", sender: sender, timeoutMs: 50, route: "slow");
        var beside = await SendAsync(recipient.Url, "{}", sender: sender, timeoutMs: 5_000, route: "other");

        Assert.Equal(AttemptEnd.Answered, beside.End);
        var waited = await behind;
        Assert.Equal((AttemptEnd.TimedOut, true), (waited.End, waited.WroteNothing));
        Assert.Equal(2, recipient.Requests.Count);
    }

    [Fact]
    public async Task Attempts_of_a_route_wait_for_each_other_where_it_may_have_one_connection()
    {
        var options = new WebhookOptions { Cluster = "test", AllowLoopback = true, ConnectionsPerRouteMax = 1 };
        using var sender = new WebhookSender(options, TimeProvider.System);
        using var recipient = new RawRecipient(Manner.Answer);

        var results = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => SendAsync(recipient.Url, "{}", sender: sender)));

        Assert.All(results, static result => Assert.Equal(AttemptEnd.Answered, result.End));
        Assert.Equal(20, recipient.Requests.Count);
        Assert.Equal(1, recipient.Connections);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_was_written()
    {
        string url;
        using (var recipient = new RawRecipient(Manner.Answer))
        {
            url = recipient.Url;
        }

        var result = await SendAsync(url, "{}");

        Assert.Equal(AttemptEnd.ConnectFailed, result.End);
        Assert.True(result.WroteNothing);
    }

    /// <summary>The recipient takes the connection, and never says a word of TLS.</summary>
    [Theory]
    [InlineData(100, 20_000, AttemptEnd.ConnectFailed)]
    [InlineData(20_000, 100, AttemptEnd.TimedOut)]
    public async Task A_connection_that_is_not_made_in_time_wrote_nothing(
        int connectTimeoutMs, int timeoutMs, object end)
    {
        var options = new WebhookOptions
        {
            Cluster = "test",
            AllowLoopback = true,
            ConnectTimeoutMs = connectTimeoutMs,
        };
        using var sender = new WebhookSender(options, TimeProvider.System);
        using var recipient = new RawRecipient(Manner.Hang);
        var url = recipient.Url.Replace("http:", "https:", StringComparison.Ordinal);

        var result = await SendAsync(url, "{}", sender: sender, timeoutMs: timeoutMs);

        Assert.Equal(((AttemptEnd)end, true), (result.End, result.WroteNothing));
        Assert.Empty(recipient.Requests);
    }

    [Fact]
    public async Task An_attempt_on_a_connection_that_was_there_is_known_to_have_written()
    {
        using var recipient = new RawRecipient(Manner.HangSecond);
        var first = await SendAsync(recipient.Url, "{}");

        var second = await SendAsync(recipient.Url, "{}", timeoutMs: 2_000);

        Assert.Equal(AttemptEnd.Answered, first.End);
        Assert.Equal((AttemptEnd.TimedOut, false), (second.End, second.WroteNothing));
        Assert.Equal((2, 1), (recipient.Requests.Count, recipient.Connections));
    }

    [Theory]
    [InlineData("http://localhost:9/")]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("file:///etc/passwd")]
    public async Task A_target_that_is_not_allowed_is_not_connected_to(string url)
    {
        using var strict = new WebhookSender(new WebhookOptions { Cluster = "test" }, TimeProvider.System);

        var result = await SendAsync(url, "{}", sender: strict);

        Assert.Equal(AttemptEnd.Forbidden, result.End);
        Assert.True(result.WroteNothing);
    }

    [Fact]
    public async Task An_endless_answer_is_not_read()
    {
        var answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + new string('x', 200_000);
        using var recipient = new RawRecipient(Manner.Answer, answer);

        var result = await SendAsync(recipient.Url, "{}");

        Assert.Equal(AttemptEnd.Answered, result.End);
        Assert.Equal(200, result.HttpStatus);
    }

    [Fact]
    public async Task The_trace_that_asked_for_the_job_goes_on_at_the_recipient()
    {
        using var recipient = new RawRecipient(Manner.Answer);

        await SendAsync(recipient.Url, "{}", trace: Asked);

        var request = Assert.Single(recipient.Requests);
        Assert.Contains($"\r\ntraceparent: {Asked}\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_that_is_traced_is_a_span_of_its_own_in_that_trace()
    {
        var trace = ActivityTraceId.CreateFromString("11111111111111112222222222222222");
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == NodeTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> asked) => asked.TraceId == trace
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var recipient = new RawRecipient(Manner.Answer);

        await SendAsync(recipient.Url, "{}", trace: $"00-{trace}-00f067aa0ba902b7-01");

        var span = Assert.Single(spans);
        Assert.Equal("00f067aa0ba902b7", span.ParentSpanId.ToString());
        Assert.Equal(ActivityStatusCode.Ok, span.Status);
        Assert.Equal(200, span.GetTagItem("http.response.status_code"));
        var request = Assert.Single(recipient.Requests);
        Assert.Contains($"\r\ntraceparent: 00-{trace}-{span.SpanId}-01\r\n", request, StringComparison.Ordinal);
    }

    public void Dispose() => _sender.Dispose();

    private Task<AttemptResult> SendAsync(
        string url, string body, int timeoutMs = 10_000, byte[]? secret = null, WebhookSender? sender = null,
        string? trace = null, string route = "hook")
    {
        var isTraced = TraceContext.TryParse(trace, out var asked);
        Assert.Equal(trace is not null, isTraced);
        var ended = new TaskCompletionSource<AttemptResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var target = new Route
        {
            Key = RouteKey.Of("shop", route),
            WebhookUrl = url,
            TimeoutMs = timeoutMs,
            Secrets = secret is null ? [] : [secret],
        };
        var attempt = new SendRequest(
            GroupId.Of(new VNodeId(3)),
            new CommandNumber(11 << 16),
            JobKey.Of("shop", "orders", "a/b \U0001F600"),
            new CommandNumber(10 << 16),
            2,
            DeliveryMode.AtLeastOnce,
            target,
            new UnixMs(1_800_000_000_000),
            new UnixMs(1_800_000_000_000),
            Encoding.UTF8.GetBytes(body),
            asked);
        (sender ?? _sender).Send(attempt, ended.SetResult);
        return ended.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }
}
