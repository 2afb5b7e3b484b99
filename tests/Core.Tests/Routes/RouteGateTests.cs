using CsCheck;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Tests.Routes;

public sealed class RouteGateTests
{
    [Fact]
    public void Before_the_table_is_confirmed_nothing_is_claimed()
    {
        var desk = new GateDesk();

        Assert.False(desk.Gate.TryReserve(desk.Free, desk.Now));
        desk.Exchange();

        Assert.True(desk.Gate.TryReserve(desk.Free, desk.Now));
    }

    [Fact]
    public void Two_seconds_after_the_sending_of_the_last_confirmed_request_nothing_is_claimed()
    {
        var desk = new GateDesk();
        desk.Exchange(delayMs: 400);

        desk.Now += 1_599;
        Assert.True(desk.Gate.TryReserve(desk.Free, desk.Now));
        desk.Now += 1;

        Assert.False(desk.Gate.TryReserve(desk.Free, desk.Now));
        Assert.False(desk.Gate.HasCapacity(desk.Free.Key, desk.Now));
    }

    [Fact]
    public void A_table_behind_the_groups_revision_is_confirmed_only_when_it_has_caught_up()
    {
        var desk = new GateDesk();
        desk.Exchange(revision: 9);
        Assert.False(desk.Gate.IsConfirmed(desk.Now));

        desk.Routes.Put(desk.Free with { Revision = new CommandNumber(9) });

        Assert.True(desk.Gate.IsConfirmed(desk.Now));
    }

    [Fact]
    public void A_paused_route_has_no_capacity()
    {
        var desk = new GateDesk();
        desk.Exchange();
        var paused = desk.Free with { IsPaused = true, Revision = new CommandNumber(5) };
        desk.Routes.Put(paused);

        Assert.False(desk.Gate.TryReserve(paused, desk.Now));
        Assert.False(desk.Gate.HasCapacity(paused.Key, desk.Now));
    }

    [Fact]
    public void Slots_are_taken_up_to_the_share_and_come_back()
    {
        var desk = new GateDesk();
        desk.Exchange(grants: new LeaseGrant(desk.Limited.Key, 2, 0));

        Assert.True(desk.Gate.TryReserve(desk.Limited, desk.Now));
        Assert.True(desk.Gate.TryReserve(desk.Limited, desk.Now));
        Assert.False(desk.Gate.TryReserve(desk.Limited, desk.Now));
        desk.Gate.Unreserve(desk.Limited, desk.Now, written: false);

        Assert.True(desk.Gate.HasCapacity(desk.Limited.Key, desk.Now));
        Assert.True(desk.Gate.TryReserve(desk.Limited, desk.Now));
        Assert.Equal(2, desk.Gate.InUse(desk.Limited.Key));
    }

    [Fact]
    public void A_lease_ends_one_second_after_the_sending_of_its_request()
    {
        var desk = new GateDesk();
        desk.Exchange(delayMs: 300, grants: new LeaseGrant(desk.Limited.Key, 5, 0));

        desk.Now += 699;
        Assert.True(desk.Gate.TryReserve(desk.Limited, desk.Now));
        desk.Now += 1;

        Assert.False(desk.Gate.TryReserve(desk.Limited, desk.Now));
        Assert.True(desk.Gate.TryReserve(desk.Free, desk.Now));
    }

    [Fact]
    public void Late_strange_and_refused_responses_change_nothing()
    {
        var desk = new GateDesk();
        var first = desk.Request();
        desk.Now += 300;
        desk.Exchange(grants: new LeaseGrant(desk.Limited.Key, 1, 0));
        var grant = new LeaseGrant(desk.Limited.Key, 5, 0);

        desk.Gate.OnResponse(GateDesk.ResponseTo(first, 0, grant));
        desk.Gate.OnResponse(GateDesk.ResponseTo(first with { Sequence = 99 }, 0, grant));
        desk.Gate.OnResponse(GateDesk.ResponseTo(first with { Sequence = 3, Session = 1 }, 0, grant));
        desk.Gate.OnResponse(GateDesk.ResponseTo(first, 0, grant) with { Sequence = 3, Code = ErrorCode.NotLeader });

        Assert.True(desk.Gate.TryReserve(desk.Limited, desk.Now));
        Assert.False(desk.Gate.TryReserve(desk.Limited, desk.Now));
    }

    [Fact]
    public void A_refused_job_asks_for_a_share_at_once()
    {
        var desk = new GateDesk();
        desk.Exchange();
        Assert.False(desk.Gate.TryReserve(desk.Limited, desk.Now));

        desk.Now += 25;
        var request = desk.Request();

        var demand = Assert.Single(request.Demands);
        Assert.True(demand is { IsStarved: true, WantedSlots: > 0, InUse: 0 });
        Assert.Equal(1, request.AdoptedSequence);
    }

    [Fact]
    public void What_is_in_use_and_adopted_stands_in_every_request()
    {
        var desk = new GateDesk();
        desk.Exchange(grants: new LeaseGrant(desk.Limited.Key, 3, 0));
        desk.Gate.TryReserve(desk.Limited, desk.Now);

        desk.Now += 300;
        var request = desk.Request();

        Assert.Equal(1, Assert.Single(request.Demands).InUse);
        Assert.Equal((new Term(4), 1L), (request.AdoptedTerm, request.AdoptedSequence));
    }

    [Fact]
    public void With_slow_commits_slots_are_reserved_further_ahead()
    {
        var desk = new GateDesk();
        desk.Exchange(grants: new LeaseGrant(desk.Paced.Key, 0, 100));
        var written = desk.SendFor(10_000, commitMs: 100);

        Assert.InRange(written, 920, 1_000);
    }

    [Fact]
    public void No_second_of_the_clock_holds_more_than_the_share_however_shares_change()
    {
        var runs = Gen.Select(Gen.ULong, Gen.Int[1, 300]);
        runs.Sample((seed, share) => Pace(seed, share), iter: 200, seed: "0000000000000", threads: 1);
    }

    [Fact]
    public void Nothing_is_saved_up_beyond_a_step()
    {
        var pacer = default(WritePacer);
        var now = new MonoMs(100_000);
        var taken = 0;
        while (pacer.TryTake(1_000, now))
        {
            taken++;
        }

        Assert.InRange(taken, 10, 11);
    }

    private static void Pace(ulong seed, int share)
    {
        var draws = new SplitMix64(seed);
        var pacer = default(WritePacer);
        var writes = new Queue<long>();
        for (var now = 0L; now < 6_000; now += draws.Between(0, 3))
        {
            var present = draws.Chance(1, 3) ? (int)draws.Between(1, share) : share;
            if (!pacer.TryTake(present, new MonoMs(now)))
            {
                continue;
            }

            writes.Enqueue(now);
            while (writes.Peek() <= now - 1_010)
            {
                writes.Dequeue();
            }

            Assert.True(writes.Count <= share, $"{writes.Count} of {share}");
        }
    }
}
