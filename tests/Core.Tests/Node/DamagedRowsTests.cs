namespace TimeMachine.Core.Tests.Node;

/// <summary>Rows that turn out to be damaged while the node runs.</summary>
public sealed class DamagedRowsTests
{
    private readonly NodeWorld _world = new();

    public DamagedRowsTests()
    {
        Assert.True(_world.Answer(_world.Ask(_world.Leader!, NodeWorld.Put(1))).IsOk);
        Assert.True(_world.Answer(_world.Create(Node, 0, "a")).IsOk);
    }

    private TestNode Node => _world.Nodes[0];

    [Fact]
    public void A_read_finds_the_damage_and_the_vnode_stops_while_others_go_on()
    {
        Node.Rows[NodeWorld.VNode(0)].IsBroken = true;

        Assert.Equal(ErrorCode.VNodeDamaged, _world.Answer(_world.Get(Node, 0, "a")).Code);

        Assert.Equal([NodeWorld.VNode(0)], Node.Damaged);
        Assert.Equal(ErrorCode.VNodeDamaged, _world.Answer(_world.Create(Node, 0, "b")).Code);
        Assert.True(_world.Answer(_world.Create(_world.Nodes[1], 1, "c")).IsOk);
    }

    [Fact]
    public void An_entry_that_meets_the_damage_is_not_answered_and_no_later_one_is_applied()
    {
        Node.Rows[NodeWorld.VNode(0)].IsBroken = true;
        var create = _world.Create(Node, 0, "a");
        _world.Run(100);

        Assert.False(_world.IsAnswered(create));
        Assert.Equal([NodeWorld.VNode(0)], Node.Damaged);
        Node.Rows[NodeWorld.VNode(0)].IsBroken = false;
        Assert.Equal(ErrorCode.VNodeDamaged, _world.Answer(_world.Get(Node, 0, "a")).Code);
    }

    [Fact]
    public void A_read_that_waits_when_its_replica_ends_is_answered()
    {
        var read = _world.Get(Node, 0, "a");
        var calls = Node.Core.CallCount;

        Node.Core.Remove(NodeWorld.VNode(0), _world.Now, Node.Output);

        Assert.Equal(ErrorCode.NotLeader, _world.Answer(read).Code);
        Assert.Equal(calls - 1, Node.Core.CallCount);
    }
}
