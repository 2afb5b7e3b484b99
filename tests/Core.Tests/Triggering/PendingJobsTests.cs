using CsCheck;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Tests.Triggering;

public sealed class PendingJobsTests
{
    private static readonly RouteQueue Queue = new(RouteKey.Of("db", "r"), new CircuitBreakerOptions());

    [Fact]
    public void Any_sequence_finds_what_a_dictionary_finds()
    {
        var step = Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 30]);
        step.List[1, 200].Sample(Replay, iter: 300, seed: "0000KHxZ9xW4");
    }

    [Fact]
    public void A_million_jobs_cost_no_object_each()
    {
        const int Count = 1_000_000;
        var group = AGroup(1);
        var pending = new PendingJobs();
        var key = JobKey.Of("db", "jobs", "a");
        var keys = new JobKey[Count];
        for (var i = 0; i < Count; i++)
        {
            keys[i] = JobKey.Of("db", "jobs", "j" + i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var each in keys)
        {
            pending.Add(group, AJob(each), Queue);
        }

        var bytesEach = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        var isFound = pending.TryFind(group, keys[123_456], out var id);
        while (group.FirstPending != PendingJobs.None)
        {
            pending.Remove(group.FirstPending);
        }

        Assert.True(isFound && pending[id].Group is null);
        Assert.InRange(bytesEach, 0, 200);
        Assert.Equal(0, pending.Count);
        Assert.False(pending.TryFind(group, key, out _));
    }

    private static void Replay(List<(bool IsAdd, int Group, int Key)> steps)
    {
        LedGroup[] groups = [AGroup(1), AGroup(2), AGroup(3)];
        var pending = new PendingJobs();
        var oracle = new Dictionary<(int, int), int>();
        foreach (var (isAdd, group, number) in steps)
        {
            var key = JobKey.Of("db", "jobs", "j" + number);
            var isThere = pending.TryFind(groups[group], key, out var id);
            Assert.Equal(oracle.ContainsKey((group, number)), isThere);
            if (isAdd && !isThere)
            {
                oracle[(group, number)] = pending.Add(groups[group], AJob(key), Queue);
            }
            else if (!isAdd && isThere)
            {
                Assert.Equal(oracle[(group, number)], id);
                pending.Remove(id);
                oracle.Remove((group, number));
            }
        }

        Assert.Equal(oracle.Count, pending.Count);
        for (var i = 0; i < groups.Length; i++)
        {
            Assert.Equal(oracle.Count(job => job.Key.Item1 == i), CountOf(pending, groups[i]));
        }
    }

    private static int CountOf(PendingJobs pending, LedGroup group)
    {
        var count = 0;
        for (var id = group.FirstPending; id != PendingJobs.None; id = pending[id].GroupNext)
        {
            count++;
        }

        return count;
    }

    private static LedGroup AGroup(int id) => new(new GroupId(id), new Term(1), new ClockView([]), default);

    private static DueJob AJob(JobKey key) =>
        new(key, new CommandNumber(1), default, Queue.Key, DeliveryMode.RouteDefault, default, 0);
}
