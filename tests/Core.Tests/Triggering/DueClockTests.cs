using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

public sealed class DueClockTests
{
    private static readonly NodeId Own = new(1);
    private static readonly NodeId Second = new(2);
    private static readonly NodeId Third = new(3);
    private static readonly NodeId[] Three = [Own, Second, Third];

    [Fact]
    public void Small_steps_are_adopted_and_large_ones_of_a_clock_alone_among_others_are_not()
    {
        var clock = AClock();
        Hear(clock, 0, 1_000_000, 1_000_000);

        clock.Sample(new MonoMs(100), new UnixMs(1_000_140));
        var afterSmall = clock.Own(new MonoMs(100));
        clock.Sample(new MonoMs(200), new UnixMs(1_010_200));

        Assert.Equal(new UnixMs(1_000_140), afterSmall);
        Assert.Equal(new UnixMs(1_000_240), clock.Own(new MonoMs(200)));
    }

    [Fact]
    public void A_large_step_is_adopted_once_a_majority_of_the_clocks_agrees()
    {
        var clock = AClock();
        Hear(clock, 0, 1_010_000, 1_000_000);

        clock.Sample(new MonoMs(100), new UnixMs(1_010_100));

        Assert.Equal(new UnixMs(1_010_100), clock.Own(new MonoMs(100)));
    }

    [Fact]
    public void A_node_that_hears_nobody_any_more_does_not_adopt_a_step_by_itself()
    {
        var clock = AClock();
        Hear(clock, 0, 1_010_000, 1_010_000);

        clock.Sample(new MonoMs(3_000), new UnixMs(1_013_000));

        Assert.Equal(new UnixMs(1_003_000), clock.Own(new MonoMs(3_000)));
    }

    [Fact]
    public void However_long_it_is_cut_off_it_does_not_adopt_a_step_by_itself()
    {
        var clock = AClock();
        Hear(clock, 0, 1_010_000, 1_010_000);

        clock.Sample(new MonoMs(600_000), new UnixMs(1_610_000));

        Assert.Equal(new UnixMs(1_600_000), clock.Own(new MonoMs(600_000)));
    }

    [Fact]
    public void Peers_that_are_not_heard_of_any_more_do_not_keep_a_clock_from_being_set_right()
    {
        var clock = AClock();
        Hear(clock, 0, 1_000_000, 1_000_000);
        clock.OnPeerReading(new NodeId(4), new UnixMs(1_071_000), new MonoMs(61_000));

        clock.Sample(new MonoMs(61_000), new UnixMs(1_071_000));

        Assert.Equal(new UnixMs(1_071_000), clock.Own(new MonoMs(61_000)));
    }

    [Fact]
    public void A_single_node_trusts_its_own_clock_whatever_it_does()
    {
        var clock = AClock();

        clock.Sample(new MonoMs(100), new UnixMs(500));
        var isKnown = clock.TryNow([Own], new MonoMs(100), out var now);

        Assert.True(isKnown);
        Assert.Equal(new UnixMs(500), now);
    }

    [Theory]
    [InlineData(60_000, 0, 0, 0)]
    [InlineData(-60_000, 0, 0, -20)]
    [InlineData(0, 60_000, 0, 0)]
    [InlineData(0, -60_000, -20, -20)]
    public void One_wrong_clock_of_three_makes_nothing_early(
        long ownError, long secondError, long thirdError, long expected)
    {
        var clock = new DueClock(Own, new DueClockOptions());
        clock.Sample(default, new UnixMs(1_000_000 + ownError));
        clock.OnPeerReading(Second, new UnixMs(1_000_000 + secondError - (ownError < 0 ? 20 : 0)), default);
        clock.OnPeerReading(Third, new UnixMs(1_000_000 + thirdError), default);

        clock.TryNow(Three, default, out var now);

        Assert.Equal(1_000_000 + expected, now.Value);
    }

    [Fact]
    public void With_two_fresh_clocks_of_three_the_lower_one_counts()
    {
        var clock = AClock();
        clock.OnPeerReading(Second, new UnixMs(1_060_000), default);

        clock.TryNow(Three, default, out var now);

        Assert.Equal(new UnixMs(1_000_000), now);
    }

    [Fact]
    public void Without_a_fresh_majority_there_is_no_time()
    {
        var clock = AClock();
        Hear(clock, 0, 1_000_000, 1_000_000);

        Assert.True(clock.TryNow(Three, new MonoMs(2_000), out _));
        Assert.False(clock.TryNow(Three, new MonoMs(2_001), out _));
        Assert.False(AClock().TryNow(Three, default, out _));
    }

    [Fact]
    public void Readings_move_on_with_monotonic_time_and_older_ones_do_not_replace_newer()
    {
        var clock = AClock();
        clock.OnPeerReading(Second, new UnixMs(1_000_500), new MonoMs(500));
        clock.OnPeerReading(Second, new UnixMs(9_000_000), new MonoMs(400));

        clock.TryNow([Second], new MonoMs(900), out var now);

        Assert.Equal(new UnixMs(1_000_900), now);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(501, false)]
    [InlineData(-500, true)]
    [InlineData(-501, false)]
    public void A_node_more_than_half_a_second_off_does_not_lead(long error, bool mayLead)
    {
        var clock = new DueClock(Own, new DueClockOptions());
        clock.Sample(default, new UnixMs(1_000_000 + error));
        Hear(clock, 0, 1_000_000, 1_000_000);

        Assert.Equal(error, clock.SkewMs(default));
        Assert.Equal(mayLead, clock.MayLead(default));
    }

    [Fact]
    public void A_node_that_left_no_longer_counts_towards_the_majority()
    {
        var clock = AClock();
        Hear(clock, 0, 1_000_000, 1_000_000);

        clock.Forget(Second);
        clock.Forget(Third);
        clock.Sample(new MonoMs(1), new UnixMs(5));

        Assert.Equal(new UnixMs(5), clock.Own(new MonoMs(1)));
    }

    [Fact]
    public void A_peer_may_lead_while_its_last_reading_is_near_the_median()
    {
        var clock = AClock();
        Hear(clock, 0, 1_000_010, 1_030_000);

        Assert.True(clock.MayLead(Second, new MonoMs(50)));
        Assert.False(clock.MayLead(Third, new MonoMs(50)));
        Assert.False(clock.MayLead(new NodeId(9), new MonoMs(50)));
    }

    private static DueClock AClock()
    {
        var clock = new DueClock(Own, new DueClockOptions());
        clock.Sample(default, new UnixMs(1_000_000));
        return clock;
    }

    private static void Hear(DueClock clock, long at, long second, long third)
    {
        clock.OnPeerReading(Second, new UnixMs(second), new MonoMs(at));
        clock.OnPeerReading(Third, new UnixMs(third), new MonoMs(at));
    }
}
