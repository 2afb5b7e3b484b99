using TimeMachine.Core.Engine;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Engine;

public sealed class CatchUpTests
{
    private static readonly GroupId Group = new(1);
    private static readonly Member Lead = new(new ReplicaId(11), new NodeId(1), MemberKind.Voter);
    private static readonly Member Learner = new(new ReplicaId(12), new NodeId(2), MemberKind.Learner);
    private readonly EngineNode[] _nodes;
    private bool _isCut;
    private long _nowMs = 1;

    public CatchUpTests()
    {
        var options = new EngineOptions { CacheEntries = 2 };
        _nodes = [new EngineNode(1, options), new EngineNode(2, options)];
        var configuration = new Configuration([Lead, Learner]);
        Assert.True(_nodes[0].Engine.Create(Group, Lead.Replica, configuration, new MonoMs(_nowMs)));
        Assert.True(_nodes[1].Engine.Create(Group, Learner.Replica, configuration, new MonoMs(_nowMs)));
        _nodes[0].Engine.Campaign(Group, new MonoMs(_nowMs));
        Run(milliseconds: 200);
    }

    private RaftCore Follower => _nodes[1].Engine.Find(Group)!;

    [Fact]
    public void A_peer_that_lags_behind_the_entries_in_memory_gets_those_on_disk()
    {
        _isCut = true;
        Propose(count: 40);
        Run(milliseconds: 200);
        var isInMemory = _nodes[0].Engine.Find(Group)!.Log.TryGet(Follower.Log.LastIndex + 1, out _);

        _isCut = false;
        Run(milliseconds: 2_000);

        Assert.False(isInMemory);
        Assert.Equal(_nodes[0].Engine.Find(Group)!.Log.LastIndex, Follower.AppliedIndex);
        Assert.True(_nodes[0].DiskReads >= 38);
        Assert.Equal(0, _nodes[0].ImageReads);
    }

    private void Propose(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(ProposeStatus.Accepted, _nodes[0].Engine.Propose(Group, [(byte)i], out _));
        }
    }

    private void Run(int milliseconds)
    {
        for (var end = _nowMs + milliseconds; _nowMs < end; _nowMs++)
        {
            var now = new MonoMs(_nowMs);
            foreach (var node in _nodes)
            {
                foreach (var (to, bytes) in node.Turn(now))
                {
                    if (!_isCut)
                    {
                        Assert.Equal(ErrorCode.None, _nodes[to.Value - 1].Engine.Receive(bytes, now));
                    }
                }
            }
        }
    }
}
