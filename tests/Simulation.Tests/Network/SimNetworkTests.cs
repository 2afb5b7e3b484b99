using TimeMachine.Simulation.Network;
using TimeMachine.Simulation.Tests.Kernel;

namespace TimeMachine.Simulation.Tests.Network;

public sealed class SimNetworkTests
{
    private const int Messages = 20_000;

    [Theory]
    [InlineData(100_000)]
    [InlineData(300_000)]
    public void Messages_are_lost_at_the_rate_of_the_link(int lossPpm)
    {
        var world = new ASmallWorld(link: new LinkQuality(LossPpm: lossPpm, DelayUs: 10));

        SendMany(world);

        var expected = Messages * (1 - (lossPpm / 1e6));
        Assert.InRange(world.RightProcess.Seen.Count, expected * 0.97, expected * 1.03);
    }

    [Fact]
    public void Messages_are_doubled_at_the_rate_of_the_link()
    {
        var world = new ASmallWorld(link: new LinkQuality(DuplicatePpm: 200_000, DelayUs: 10));

        SendMany(world);

        Assert.InRange(world.RightProcess.Seen.Count, Messages * 1.19, Messages * 1.21);
    }

    [Fact]
    public void A_lane_keeps_its_order_when_nothing_reorders()
    {
        var world = new ASmallWorld(link: new LinkQuality(DelayUs: 10, JitterUs: 50_000));

        for (byte number = 0; number < 200; number++)
        {
            world.Send(number);
            world.RunMs(1);
        }

        world.RunMs(10_000);

        Assert.Equal(Enumerable.Range(0, 200).Select(number => $"message {number}"), world.RightProcess.Seen);
    }

    [Fact]
    public void A_reordering_link_lets_messages_overtake()
    {
        var world = new ASmallWorld(link: new LinkQuality(ReorderPpm: 200_000, DelayUs: 5_000, JitterUs: 5_000));

        for (byte number = 0; number < 200; number++)
        {
            world.Send(number);
            world.RunMs(1);
        }

        world.RunMs(10_000);

        var sent = Enumerable.Range(0, 200).Select(number => $"message {number}").ToList();
        Assert.NotEqual(sent, world.RightProcess.Seen);
        Assert.Equal(sent.Order(StringComparer.Ordinal), world.RightProcess.Seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_cut_is_one_way_and_each_cut_needs_its_mending()
    {
        var world = new ASmallWorld();
        world.Network.Cut(1, 2);
        world.Network.CutBoth(1, 2);
        world.Network.MendBoth(1, 2);

        world.Send(1);
        world.Network.Send(world.Right, 1, 0, [2]);
        world.RunMs(10);

        Assert.Empty(world.RightProcess.Seen);
        Assert.Equal(["message 2"], world.LeftProcess.Seen);

        world.Network.Mend(1, 2);
        world.Send(3);
        world.RunMs(10);

        Assert.Equal(["message 3"], world.RightProcess.Seen);
    }

    [Fact]
    public void A_fault_of_a_link_is_taken_back_exactly()
    {
        var world = new ASmallWorld();
        var fault = new LinkQuality(LossPpm: 1_000_000, DelayUs: 7_000);

        world.Network.Degrade(1, 2, fault);
        world.Send(1);
        world.Network.Restore(1, 2, fault);
        world.Send(2);
        world.RunMs(2);

        Assert.Equal(["message 2"], world.RightProcess.Seen);
    }

    [Fact]
    public void A_big_message_takes_longer_on_a_narrow_link()
    {
        var world = new ASmallWorld(link: new LinkQuality(DelayUs: 10, MicrosPerKib: 1_000));

        world.Network.Send(world.Left, 2, 0, new byte[10 * 1_024]);
        world.RunMs(9);
        Assert.Empty(world.RightProcess.Seen);

        world.RunMs(2);
        Assert.Single(world.RightProcess.Seen);
    }

    [Fact]
    public void A_message_in_steady_state_allocates_nothing()
    {
        var world = new ASmallWorld();
        world.RightProcess.Seen.Capacity = 100;
        var bytes = new byte[100];
        world.Network.Cut(2, 1);
        SendToNobody(world, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        SendToNobody(world, bytes);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 500);
    }

    private static void SendToNobody(ASmallWorld world, byte[] bytes)
    {
        // The receiver is down: all of the message's way but the test's own notes.
        world.Right.Crash(Simulation.Kernel.CrashKind.DropAll);
        for (var i = 0; i < 1_000; i++)
        {
            world.Network.Send(world.Left, 2, 1, bytes);
            world.RunMs(2);
        }
    }

    private static void SendMany(ASmallWorld world)
    {
        for (var i = 0; i < Messages; i++)
        {
            world.Send(1);
            world.RunMs(1);
        }

        world.RunMs(10_000);
    }
}
