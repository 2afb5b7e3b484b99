using CsCheck;
using TimeMachine.Simulation.Clocks;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Tests.Clocks;

public sealed class SimClockTests
{
    private const long TenMinutesUs = 600_000_000;

    [Fact]
    public void A_good_wall_clock_is_within_its_bound_and_a_monotonic_one_within_its_drift()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var world = new World(seed);
            var clock = new SimClock(world);
            var began = clock.MonoUs;

            world.RunUntil(TenMinutesUs);

            Assert.InRange(clock.ErrorUs, -5_000, 5_000);
            Assert.InRange(clock.MonoUs - began, TenMinutesUs * 0.9995, TenMinutesUs * 1.0005);
        }
    }

    [Fact]
    public void Steps_and_drift_move_the_wall_clock_only_and_mending_takes_them_back()
    {
        var world = new World(1);
        var clock = new SimClock(world);
        var twin = new SimClock(new World(1));
        clock.Step(-60_000_000);
        clock.Drift(100_000);

        world.RunUntil(10_000_000);

        Assert.True(clock.IsBad);
        Assert.Equal(clock.GoodOffsetUs - 60_000_000 + 1_000_000, clock.ErrorUs);
        Assert.InRange(clock.MonoUs - twin.MonoUs, 9_995_000, 10_005_000);
        clock.Mend();
        Assert.Equal(clock.GoodOffsetUs, clock.ErrorUs);
    }

    [Fact]
    public void The_true_time_of_a_monotonic_reading_is_the_first_that_shows_it() =>
        Gen.Select(Gen.ULong, Gen.Long[0, 600_000]).Sample(
            (seed, ms) =>
            {
                var world = new World(seed);
                var clock = new SimClock(world);
                var wanted = clock.Mono + ms;

                var atUs = clock.TrueUsAt(wanted);
                world.RunUntil(Math.Max(0, atUs - 1));
                Assert.True(atUs == 0 || clock.Mono < wanted);
                world.RunUntil(atUs);

                Assert.Equal(wanted, clock.Mono);
            },
            iter: 500, seed: "0000KOIx1Fg3");
}
