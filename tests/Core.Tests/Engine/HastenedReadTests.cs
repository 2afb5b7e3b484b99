using TimeMachine.Core.Engine;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Engine;

/// <summary>A read begins a round of heartbeats; it does not wait for the next one of its own accord.</summary>
public sealed class HastenedReadTests
{
    private static readonly GroupId Group = new(1);
    private static readonly Member Lead = new(new ReplicaId(11), new NodeId(1), MemberKind.Voter);
    private static readonly Member Follower = new(new ReplicaId(12), new NodeId(2), MemberKind.Voter);
    private readonly EngineNode[] _nodes = [new(1, new EngineOptions()), new(2, new EngineOptions())];
    private long _nowMs = 1;

    public HastenedReadTests()
    {
        var configuration = new Configuration([Lead, Follower]);
        Assert.True(_nodes[0].Engine.Create(Group, Lead.Replica, configuration, new MonoMs(_nowMs)));
        Assert.True(_nodes[1].Engine.Create(Group, Follower.Replica, configuration, new MonoMs(_nowMs)));
        _nodes[0].Engine.Campaign(Group, new MonoMs(_nowMs));
        while (_nodes[0].Engine.Find(Group) is not { HasCommittedInTerm: true, IsRoundOpen: false })
        {
            Turn();
            _nowMs++;
        }
    }

    [Fact]
    public void A_read_is_confirmed_by_one_exchange_whenever_it_comes()
    {
        for (ulong token = 1; token <= 100; token++)
        {
            Assert.Equal(ReadStatus.Accepted, _nodes[0].Engine.RequestRead(Group, token));

            Assert.Empty(Turn());
            var read = Assert.Single(Turn());

            Assert.Equal(token, read.Token);
            Assert.True(read.IsConfirmed);
            _nowMs++;
        }
    }

    [Fact]
    public void Reads_that_come_while_a_round_is_open_share_the_next()
    {
        Assert.Equal(ReadStatus.Accepted, _nodes[0].Engine.RequestRead(Group, 1));
        var first = _nodes[0].Turn(new MonoMs(_nowMs));
        Assert.Equal(ReadStatus.Accepted, _nodes[0].Engine.RequestRead(Group, 2));
        Assert.Equal(ReadStatus.Accepted, _nodes[0].Engine.RequestRead(Group, 3));

        Assert.Empty(_nodes[0].Turn(new MonoMs(_nowMs)));
        Deliver(first);
        Deliver(_nodes[1].Turn(new MonoMs(_nowMs)));
        Assert.Equal([1UL], Turn().ConvertAll(read => read.Token));
        Assert.Equal([2UL, 3UL], Turn().ConvertAll(read => read.Token));
    }

    /// <summary>A turn of the leader and then one of the follower, each heard at once by the other.</summary>
    /// <returns>The reads that the leader gave out.</returns>
    private List<GroupRead> Turn()
    {
        Deliver(_nodes[0].Turn(new MonoMs(_nowMs)));
        var reads = _nodes[0].Reads.ToList();
        Deliver(_nodes[1].Turn(new MonoMs(_nowMs)));
        return reads;
    }

    private void Deliver(List<(NodeId To, byte[] Bytes)> batches)
    {
        foreach (var (to, bytes) in batches)
        {
            Assert.Equal(ErrorCode.None, _nodes[to.Value - 1].Engine.Receive(bytes, new MonoMs(_nowMs)));
        }
    }
}
