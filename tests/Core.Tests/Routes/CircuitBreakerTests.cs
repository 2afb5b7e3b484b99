using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Tests.Routes;

public sealed class CircuitBreakerTests
{
    private static readonly CircuitBreakerOptions Options =
        new() { FailuresToOpen = 3, OpenMinMs = 100, OpenMaxMs = 400 };

    [Fact]
    public void It_opens_after_so_many_failures_in_a_row()
    {
        var breaker = new CircuitBreaker(Options);

        breaker.OnFailure(At(0));
        breaker.OnFailure(At(0));
        breaker.OnSuccess();
        breaker.OnFailure(At(1));
        breaker.OnFailure(At(1));
        Assert.True(breaker.TryPass(At(1)));
        breaker.OnFailure(At(1));

        Assert.Equal(BreakerState.Open, breaker.StateAt(At(1)));
        Assert.False(breaker.TryPass(At(100)));
    }

    [Fact]
    public void Half_open_it_lets_one_probe_through_whose_success_closes_it()
    {
        var breaker = Opened();

        Assert.Equal(At(100), breaker.NextDeadline(At(0)));
        Assert.True(breaker.TryPass(At(100)));
        Assert.False(breaker.TryPass(At(101)));
        breaker.OnSuccess();

        Assert.True(breaker.TryPass(At(102)));
        Assert.True(breaker.TryPass(At(102)));
    }

    [Fact]
    public void A_probe_that_fails_doubles_the_wait_up_to_its_limit()
    {
        var breaker = Opened();
        long[] waits = [200, 400, 400];
        var now = At(100);

        foreach (var wait in waits)
        {
            Assert.True(breaker.TryPass(now));
            breaker.OnFailure(now);
            Assert.False(breaker.MayPass(now + (wait - 1)));
            now += wait;
            Assert.True(breaker.MayPass(now));
        }
    }

    [Fact]
    public void A_probe_that_was_not_sent_or_is_lost_makes_room_for_another()
    {
        var breaker = Opened();
        Assert.True(breaker.TryPass(At(100)));
        breaker.OnReleased();
        Assert.True(breaker.TryPass(At(101)));

        Assert.False(breaker.TryPass(At(65_100)));
        Assert.True(breaker.TryPass(At(65_101)));
    }

    [Fact]
    public void Failures_of_attempts_begun_before_it_opened_do_not_prolong_it()
    {
        var breaker = Opened();

        breaker.OnFailure(At(90));

        Assert.True(breaker.TryPass(At(100)));
    }

    private static CircuitBreaker Opened()
    {
        var breaker = new CircuitBreaker(Options);
        for (var i = 0; i < 3; i++)
        {
            breaker.OnFailure(At(0));
        }

        return breaker;
    }

    private static MonoMs At(long ms) => new(ms);
}
