using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

public sealed class BackoffTests
{
    private static readonly Route Route = new()
    {
        Key = RouteKey.Of("db", "r"),
        WebhookUrl = "http://recipient/",
        BackoffInitialMs = 100,
        BackoffMaxMs = 1_000,
    };

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(4, 800)]
    [InlineData(5, 1_000)]
    [InlineData(1_000, 1_000)]
    public void The_delay_doubles_up_to_its_limit_and_is_drawn_from_all_of_it(int failedCount, long capMs)
    {
        var draws = new SplitMix64(7);
        var delays = new List<long>();
        for (var i = 0; i < 2_000; i++)
        {
            delays.Add(Backoff.DelayMs(Route, failedCount, 0, ref draws));
        }

        Assert.All(delays, delay => Assert.InRange(delay, 1, capMs));
        Assert.True(delays.Min() <= capMs / 50);
        Assert.True(delays.Max() >= capMs - (capMs / 50));
    }

    [Fact]
    public void What_the_recipient_asks_for_is_the_least()
    {
        var draws = new SplitMix64(7);

        Assert.Equal(5_000, Backoff.DelayMs(Route, 1, 5_000, ref draws));
    }
}
