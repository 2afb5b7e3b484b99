using TimeMachine.Core.Engine;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Engine;

public sealed class EntryMemoryTests
{
    private const int PayloadBytes = 1_000;
    private static readonly GroupId Busy = new(1);
    private static readonly GroupId Calm = new(2);
    private readonly EngineNode _node = new(
        1,
        new EngineOptions { CacheEntries = 1_000, CacheBytes = 10_000 },
        EngineNode.SmallLog with { RetainBytes = 64 * 1024 });

    private long _nowMs = 1;

    public EntryMemoryTests()
    {
        foreach (var group in new[] { Busy, Calm })
        {
            var voter = new Member(new ReplicaId((ulong)group.Value), new NodeId(1), MemberKind.Voter);
            Assert.True(_node.Engine.Create(group, voter.Replica, new Configuration([voter]), new MonoMs(_nowMs)));
            _node.Engine.Campaign(group, new MonoMs(_nowMs));
        }

        Turn();
    }

    [Fact]
    public void A_group_that_is_busy_alone_keeps_nearly_all_that_the_node_holds_for_peers()
    {
        Propose(Busy, count: 30);

        Assert.Equal(10_000, HeldBy(Busy));
    }

    [Fact]
    public void A_group_keeps_its_share_when_another_holds_the_rest()
    {
        Propose(Busy, count: 30);

        Propose(Calm, count: 30);
        Propose(Busy, count: 1);

        Assert.Equal((5_000, 5_000), (HeldBy(Busy), HeldBy(Calm)));
    }

    [Fact]
    public void What_a_removed_group_held_is_there_for_the_others()
    {
        Propose(Calm, count: 30);

        _node.Engine.Remove(Calm);
        Propose(Busy, count: 30);

        Assert.Equal(10_000, HeldBy(Busy));
    }

    [Fact]
    public void What_a_group_held_before_its_log_was_compacted_is_there_for_the_others()
    {
        Propose(Calm, count: 30);
        _node.Engine.OnCheckpoint(Calm, _node.Engine.Find(Calm)!.AppliedIndex);
        for (var i = 0; i < 200; i++)
        {
            Propose(Busy, count: 1);
            _node.Engine.OnCheckpoint(Busy, _node.Engine.Find(Busy)!.AppliedIndex);
        }

        _nowMs += 1_000;
        Turn();
        Assert.Equal(0, HeldBy(Calm));
        Propose(Busy, count: 30);

        Assert.Equal(10_000, HeldBy(Busy));
    }

    private long HeldBy(GroupId group) => _node.Engine.Find(group)!.Log.WindowBytes;

    private void Propose(GroupId group, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(ProposeStatus.Accepted, _node.Engine.Propose(group, new byte[PayloadBytes], out _));
            Turn();
        }
    }

    private void Turn()
    {
        for (var i = 0; i < 3; i++)
        {
            _node.Turn(new MonoMs(_nowMs++));
        }
    }
}
