using CsCheck;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

public sealed class TriggerWheelTests
{
    [Fact]
    public void A_timer_comes_out_in_its_millisecond_and_not_before()
    {
        var wheel = new TriggerWheel(new UnixMs(1_000));
        wheel.Arm(7, new UnixMs(1_250));
        var due = new List<int>();

        wheel.Advance(new UnixMs(1_249), due);
        Assert.Empty(due);
        wheel.Advance(new UnixMs(1_250), due);

        Assert.Equal([7], due);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void A_cancelled_timer_never_comes_out_and_a_moved_one_comes_out_once()
    {
        var wheel = new TriggerWheel(default);
        wheel.Arm(1, new UnixMs(10));
        wheel.Arm(2, new UnixMs(10));
        wheel.Arm(2, new UnixMs(20));
        wheel.Cancel(1);
        wheel.Cancel(99);
        var due = new List<int>();

        wheel.Advance(new UnixMs(100_000), due);

        Assert.Equal([2], due);
    }

    [Fact]
    public void A_timer_in_the_past_comes_out_at_the_next_advance_even_if_time_stands_or_falls()
    {
        var wheel = new TriggerWheel(new UnixMs(1_000));
        wheel.Arm(3, new UnixMs(-5));
        var due = new List<int>();

        Assert.True(wheel.TryGetNext(out var next));
        wheel.Advance(new UnixMs(900), due);

        Assert.Equal(new UnixMs(1_000), next);
        Assert.Equal([3], due);
        Assert.Equal(new UnixMs(1_000), wheel.Now);
    }

    [Fact]
    public void Standing_at_an_earlier_time_keeps_every_timer_for_its_own_millisecond()
    {
        var wheel = new TriggerWheel(new UnixMs(50_000));
        wheel.Arm(1, new UnixMs(40_010));
        wheel.Arm(2, new UnixMs(60_000));
        var due = new List<int>();

        wheel.MoveTo(new UnixMs(40_000));
        wheel.Advance(new UnixMs(40_009), due);
        Assert.Empty(due);
        wheel.Advance(new UnixMs(40_010), due);

        Assert.Equal([1], due);
        Assert.True(wheel.TryGetNext(out var next));
        Assert.Equal(new UnixMs(60_000), next);
    }

    [Fact]
    public void Any_sequence_gives_out_what_a_sorted_list_gives_out()
    {
        var step = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 40], Gen.Long[-100, 200_000]);
        step.List[1, 60].Sample(steps => Replay(steps), iter: 2_000, seed: "0000KHxZ9xW4");
    }

    [Fact]
    public void A_million_timers_cost_little_memory_and_cancelling_costs_the_same_as_for_few()
    {
        const int Count = 1_000_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var wheel = new TriggerWheel(default);
        for (var id = 0; id < Count; id++)
        {
            wheel.Arm(id, new UnixMs(1 + (id * 7919L % 60_000)));
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        for (var id = 0; id < Count; id += 2)
        {
            wheel.Cancel(id);
        }

        var due = new List<int>();
        wheel.Advance(new UnixMs(60_000), due);

        Assert.InRange(bytes, 0, 64_000_000);
        Assert.Equal(Count / 2, due.Count);
        Assert.DoesNotContain(due, id => id % 2 == 0);
    }

    private static void Replay(List<(int Kind, int Id, long Value)> steps)
    {
        var wheel = new TriggerWheel(new UnixMs(1_000));
        var oracle = new SortedDictionary<int, long>();
        var now = 1_000L;
        foreach (var (kind, id, value) in steps)
        {
            switch (kind)
            {
                case 0:
                    wheel.Arm(id, new UnixMs(now + value));
                    oracle[id] = now + value;
                    break;
                case 1:
                    wheel.Cancel(id);
                    oracle.Remove(id);
                    break;
                case 2:
                    now += value % 100_000;
                    wheel.MoveTo(new UnixMs(now));
                    break;
                default:
                    now += Math.Max(0, value);
                    CheckAdvance(wheel, oracle, now);
                    break;
            }

            CheckNext(wheel, oracle, now);
        }
    }

    private static void CheckAdvance(TriggerWheel wheel, SortedDictionary<int, long> oracle, long now)
    {
        var stood = wheel.Now.Value;
        var expected = oracle.Where(timer => timer.Value <= now).ToDictionary();
        var due = new List<int>();
        wheel.Advance(new UnixMs(now), due);
        Assert.Equal(expected.Keys.Order(), due.Order());
        var times = due.Select(id => Math.Max(stood, expected[id])).ToList();
        Assert.Equal(times.Order(), times);
        due.ForEach(id => oracle.Remove(id));
    }

    private static void CheckNext(TriggerWheel wheel, SortedDictionary<int, long> oracle, long now)
    {
        Assert.Equal(oracle.Count, wheel.Count);
        var hasNext = wheel.TryGetNext(out var next);
        Assert.Equal(oracle.Count > 0, hasNext);
        if (hasNext)
        {
            Assert.InRange(next.Value, now, Math.Max(now, oracle.Values.Min()));
        }
    }
}
