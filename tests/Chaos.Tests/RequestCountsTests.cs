namespace TimeMachine.Chaos.Tests;

public sealed class RequestCountsTests
{
    [Fact]
    public void The_most_within_a_window_is_found_wherever_the_window_begins()
    {
        long[] beginsUs = [2_600, 0, 1_000, 1_900, 1_999, 2_000];

        var most = RequestCounts.MostWithin(beginsUs, windowUs: 1_000);

        Assert.Equal(4, most);
    }

    [Fact]
    public void What_is_a_whole_window_apart_is_in_no_window_together()
    {
        long[] beginsUs = [0, 1_000, 2_000];

        var most = RequestCounts.MostWithin(beginsUs, windowUs: 1_000);

        Assert.Equal(1, most);
    }

    [Fact]
    public void Requests_that_follow_each_other_are_not_open_at_once()
    {
        (long, long)[] spansUs = [(20, 30), (0, 10), (10, 20)];

        var most = RequestCounts.MostAtOnce(spansUs);

        Assert.Equal(1, most);
    }

    [Fact]
    public void A_request_that_never_ends_is_open_with_all_that_follow()
    {
        (long, long)[] spansUs = [(0, long.MaxValue), (10, 20), (20, 30), (25, 26)];

        var most = RequestCounts.MostAtOnce(spansUs);

        Assert.Equal(3, most);
    }
}
