namespace TimeMachine.Core.Tests.Node;

public sealed class HandoverTests
{
    private readonly NodeWorld _world = new();

    [Fact]
    public void Leadership_goes_over_to_a_voter_with_a_good_clock()
    {
        var (from, to) = (_world.Leader!, Follower);

        Assert.True(from.Core.BeginHandover(GroupId.System, ReplicaOn(to), _world.Now));

        _world.RunUntil(() => to.Leads(GroupId.System));
        Assert.False(from.Leads(GroupId.System));
    }

    [Fact]
    public void A_node_whose_clock_is_off_is_no_target_until_it_is_right_again()
    {
        var (from, to) = (_world.Leader!, Follower);
        for (var step = 0; step < 15; step++)
        {
            to.WallErrorMs += 45;
            _world.Run(100);
        }

        Assert.False(from.Core.BeginHandover(GroupId.System, ReplicaOn(to), _world.Now));
        Assert.False(from.Core.IsHandingOver(GroupId.System));

        to.WallErrorMs = 0;
        _world.Run(1_000);
        Assert.True(from.Core.BeginHandover(GroupId.System, ReplicaOn(to), _world.Now));
    }

    private TestNode Follower => _world.Nodes.First(node => node != _world.Leader);

    private static ReplicaId ReplicaOn(TestNode node) => new((ulong)node.Id.Value);
}
