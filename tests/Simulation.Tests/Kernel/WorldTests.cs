using CsCheck;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Tests.Kernel;

public sealed class WorldTests
{
    [Fact]
    public void Events_come_by_time_and_then_by_order_of_scheduling() =>
        Gen.Long[0, 50].List[0, 300].Sample(
            times =>
            {
                var heap = new EventHeap();
                for (var i = 0; i < times.Count; i++)
                {
                    heap.Add(Nobody.Instance, new SimEvent(times[i], 0, 0, i, null));
                }

                var taken = times.Select(_ => heap.Take(out var _).Argument).ToList();

                Assert.Equal(Enumerable.Range(0, times.Count).Select(i => (long)i).OrderBy(i => times[(int)i]), taken);
                Assert.Equal(0, heap.Count);
            },
            iter: 300, seed: "0000KOIx1Fg3");

    [Fact]
    public void An_event_of_the_past_happens_now()
    {
        var world = new World(1);
        world.RunUntil(500);

        world.Schedule(100, Nobody.Instance, 0);
        world.RunUntil(600);

        Assert.Equal(1, world.EventCount);
        Assert.Equal(600, world.NowUs);
    }

    [Fact]
    public void A_handler_that_throws_is_a_violation_with_its_seed_and_a_replay_line()
    {
        var world = new World(77);
        world.Schedule(100, new Thrower(), 0);
        world.Schedule(200, Nobody.Instance, 0);

        world.RunUntil(1_000);

        var violation = Assert.Single(world.Violations);
        Assert.Equal("exception", violation.Checker);
        Assert.EndsWith("--seed 77", violation.Replay, StringComparison.Ordinal);
        Assert.Equal(1, world.EventCount);
    }

    [Fact]
    public void A_steady_run_allocates_nothing_for_its_events()
    {
        var world = new World(1);
        var repeater = new Repeater(world);
        world.Schedule(0, repeater, 0);
        world.RunUntil(20_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        world.RunUntil(1_000_000);

        Assert.True(world.EventCount > 90_000);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000);
    }

    [Fact]
    public void A_trace_line_is_built_only_for_a_reader()
    {
        var world = new World(1);
        var lines = new List<string>();
        var built = 0;

        world.Trace($"nobody reads {++built}");
        world.TraceTo(lines.Add);
        world.Trace($"somebody reads {++built}");

        Assert.Equal(1, built);
        Assert.EndsWith("somebody reads 1", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_of_different_purposes_are_different_and_repeat()
    {
        var first = new RunDraws(5);
        var second = new RunDraws(5);
        second.Faults.Next();

        Assert.NotEqual(first.Network.Next(), first.Disk.Next());
        Assert.Equal(new RunDraws(5).Workload.Next(), second.Workload.Next());
    }

    private sealed class Nobody : IEventTarget
    {
        public static readonly Nobody Instance = new();

        public int Address => 9;

        public void OnEvent(in SimEvent simEvent)
        {
            // It only counts.
        }
    }

    private sealed class Thrower : IEventTarget
    {
        public int Address => 9;

        public void OnEvent(in SimEvent simEvent) => Invariant.Fail("a bug");
    }

    private sealed class Repeater(World world) : IEventTarget
    {
        public int Address => 9;

        public void OnEvent(in SimEvent simEvent) =>
            world.Schedule(simEvent.TimeUs + 10, this, 0, simEvent.Argument + 1);
    }
}
