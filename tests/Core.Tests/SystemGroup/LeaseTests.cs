using CsCheck;

namespace TimeMachine.Core.Tests.SystemGroup;

public sealed class LeaseTests
{
    [Theory]
    [InlineData(10, 1)]
    [InlineData(10, 3)]
    [InlineData(100, 1)]
    [InlineData(100, 3)]
    [InlineData(1000, 1)]
    [InlineData(1000, 3)]
    public void Nine_tenths_of_a_rate_are_used_wherever_the_demand_is(int rate, int demanding)
    {
        var world = new LeaseWorld(new LeaseWorldOptions { Rate = rate });
        world.Nodes.Take(demanding).ToList().ForEach(node => node.Demand = 50);
        world.RunFor(6_000);

        var used = world.WrittenIn(10_000);

        Assert.InRange(used, rate * 9, rate * 10);
    }

    [Fact]
    public void All_slots_are_used_wherever_the_demand_is()
    {
        var world = new LeaseWorld(new LeaseWorldOptions { Concurrency = 10, AttemptMsMax = 300 });
        world.Nodes[2].Demand = 50;
        world.RunFor(4_000);
        Assert.Equal(10, world.Nodes[2].Gate.InUse(LeaseWorld.Key));

        world.Nodes[0].Demand = 50;
        world.RunFor(4_000);

        Assert.InRange(world.Nodes[0].Gate.InUse(LeaseWorld.Key), 4, 6);
        Assert.InRange(world.Nodes[2].Gate.InUse(LeaseWorld.Key), 4, 6);
    }

    [Fact]
    public void A_rate_follows_the_demand_to_another_node()
    {
        var world = new LeaseWorld(new LeaseWorldOptions { Rate = 100 });
        world.Nodes[0].Demand = 50;
        world.RunFor(5_000);

        world.Nodes[0].Demand = 0;
        world.Nodes[1].Demand = 50;
        world.RunFor(9_000);
        var before = world.Nodes[1].Written;
        world.RunFor(5_000);

        Assert.InRange(world.Nodes[1].Written - before, 450, 500);
    }

    [Fact]
    public void The_last_slot_of_a_route_goes_round_among_the_nodes_that_want_it()
    {
        var world = new LeaseWorld(new LeaseWorldOptions { Concurrency = 1 });
        world.Nodes.ForEach(node => node.Demand = 1);

        world.RunFor(45_000);

        Assert.All(world.Nodes, node => Assert.True(node.Written > 50, $"{node.Id}: {node.Written}"));
    }

    [Fact]
    public void A_lost_nodes_slots_come_back_only_after_lease_send_deadline_and_timeout()
    {
        var world = new LeaseWorld(new LeaseWorldOptions
        {
            Concurrency = 4,
            TimeoutMs = 2_000,
            AttemptMsMax = 1_000,
            DriftPerMille = 0,
        });
        world.Nodes[1].Demand = 50;
        world.RunFor(3_000);
        Assert.Equal(4, world.Nodes[1].Gate.InUse(LeaseWorld.Key));

        LeaseWorld.Crash(world.Nodes[1]);
        world.Nodes[2].Demand = 50;
        world.RunFor(3_600);
        Assert.Equal(0, world.Nodes[2].Written);

        world.RunFor(1_500);
        Assert.Equal(4, world.Nodes[2].Gate.InUse(LeaseWorld.Key));
    }

    [Fact]
    public void A_lost_nodes_rate_comes_back_after_lease_and_rest()
    {
        var world = new LeaseWorld(new LeaseWorldOptions { Rate = 50, DriftPerMille = 0 });
        world.Nodes[1].Demand = 50;
        world.RunFor(3_000);

        world.Nodes[1].IsCut = true;
        world.Nodes[2].Demand = 50;
        world.RunFor(4_000);

        Assert.InRange(world.WrittenIn(2_000), 90, 100);
    }

    [Fact]
    public void A_node_that_is_heard_but_hears_nothing_loses_its_share()
    {
        var world = new LeaseWorld(new LeaseWorldOptions { Rate = 60, DriftPerMille = 0 });
        world.Nodes.ForEach(node => node.Demand = 50);
        world.RunFor(5_000);

        world.Nodes[2].IsDeaf = true;
        world.RunFor(8_000);

        Assert.InRange(world.WrittenIn(2_000), 108, 120);
    }

    [Fact]
    public void A_cut_off_node_claims_nothing_after_two_seconds_even_for_a_route_without_limits()
    {
        var world = new LeaseWorld(new LeaseWorldOptions { DriftPerMille = 0 });
        world.Nodes[1].Demand = 1;
        world.RunFor(1_000);
        Assert.True(world.Nodes[1].Written > 0);

        world.Nodes[1].IsCut = true;
        world.RunFor(2_050);
        var before = world.Nodes[1].Written;
        world.RunFor(1_000);

        Assert.Equal(before, world.Nodes[1].Written);
    }

    [Fact]
    public void Neither_limit_is_ever_passed_whatever_happens()
    {
        var worlds =
            from seed in Gen.ULong
            from concurrency in Gen.Int[0, 12]
            from rate in Gen.Int[0, 80]
            from loss in Gen.Int[0, 30]
            from longDelay in Gen.Int[0, 30]
            from commit in Gen.Int[2, 120]
            from timeout in Gen.Int[50, 1_500]
            select new LeaseWorldOptions
            {
                Nodes = 4,
                Concurrency = concurrency,
                Rate = rate,
                LossPercent = loss,
                LongDelayPercent = longDelay,
                CommitMsMax = commit,
                TimeoutMs = timeout,
                Seed = seed,
            };

        worlds.Sample(RunRoughly, iter: 15, seed: "0000000000000", threads: 1);
    }

    private static void RunRoughly(LeaseWorldOptions options)
    {
        var world = new LeaseWorld(options);
        var draws = new SplitMix64(options.Seed);
        for (var round = 0; round < 30; round++)
        {
            Disturb(world, ref draws);
            world.RunFor(draws.Between(10, 1_500));
        }

        foreach (var node in world.Nodes)
        {
            node.IsCut = false;
            node.IsDeaf = false;
            node.Demand = 5;
            if (!node.IsUp)
            {
                world.Restart(node);
            }
        }

        world.RunFor(6_000 + (2 * options.TimeoutMs));
        var isQuiet = options.LossPercent < 10 && options.LongDelayPercent < 10;
        Assert.True(!isQuiet || world.WrittenIn(1_500) > 0, $"nothing is sent, seed {options.Seed}");
    }

    private static void Disturb(LeaseWorld world, ref SplitMix64 draws)
    {
        var node = world.Nodes[(int)draws.Below(world.Nodes.Count)];
        node.Demand = draws.Chance(1, 2) ? (int)draws.Between(0, 20) : node.Demand;
        switch (draws.Below(7))
        {
            case 0 when node.IsUp && !node.IsCut:
                world.Elect(node);
                break;
            case 1:
                node.IsCut = !node.IsCut;
                break;
            case 2:
                node.IsDeaf = !node.IsDeaf;
                break;
            case 3 when node.IsUp && node != world.Leader:
                LeaseWorld.Crash(node);
                break;
            case 4 when !node.IsUp:
                world.Restart(node);
                break;
            default:
                break;
        }
    }
}
