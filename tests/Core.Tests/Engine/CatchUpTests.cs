using TimeMachine.Core.Engine;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Engine;

public sealed class CatchUpTests
{
    private static readonly GroupId Group = new(1);
    private static readonly GroupId Busy = new(2);
    private static readonly Member Lead = new(new ReplicaId(11), new NodeId(1), MemberKind.Voter);
    private static readonly Member Learner = new(new ReplicaId(12), new NodeId(2), MemberKind.Learner);
    private static readonly Member BusyVoter = new(new ReplicaId(21), new NodeId(1), MemberKind.Voter);
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

    [Fact]
    public void Entries_on_their_way_to_another_segment_are_not_called_gone()
    {
        MoveEntriesThatLag();

        _isCut = false;
        Run(milliseconds: 2_000);

        var leader = _nodes[0];
        Assert.False(leader.Engine.Log.TryLocate(Group, Follower.Log.LastIndex + 1, out _));
        Assert.Equal((0, 0, 0), (leader.GoneReads, leader.ImageReads, leader.DiskReads));
    }

    [Fact]
    public void Entries_that_reached_another_segment_are_read_at_once_for_the_peer_that_waits()
    {
        MoveEntriesThatLag();
        _isCut = false;
        Run(milliseconds: 500);

        _nodes[0].IsSyncHeld = false;
        Run(milliseconds: 1);
        var hasWork = _nodes[0].Engine.HasWork;
        Run(milliseconds: 1);

        Assert.True(hasWork);
        Assert.True(_nodes[0].DiskReads >= 38);
        Run(milliseconds: 200);
        Assert.Equal(_nodes[0].Engine.Find(Group)!.Log.LastIndex, Follower.AppliedIndex);
    }

    /// <summary>Another group fills the log until what the peer lacks is written again; its sync does not come.
    /// </summary>
    private void MoveEntriesThatLag()
    {
        var leader = _nodes[0];
        _isCut = true;
        Propose(count: 40);
        Run(milliseconds: 10);
        Assert.True(leader.Engine.Create(Busy, new ReplicaId(21), new Configuration([BusyVoter]), new MonoMs(_nowMs)));
        leader.Engine.Campaign(Busy, new MonoMs(_nowMs));
        for (var i = 0; i < 1_000 && leader.Rewrites == 0; i++)
        {
            leader.Engine.Propose(Busy, new byte[1_000], out _);
            Run(milliseconds: 1);
            leader.Engine.OnCheckpoint(Busy, leader.Engine.Find(Busy)!.AppliedIndex);
        }

        Assert.True(leader.Rewrites >= 40);
        leader.IsSyncHeld = true;
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
