using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Engine;

/// <summary>Groups beside one whose records find no room in the log.</summary>
public sealed class BlockedTurnTests
{
    private const int Large = 20_000;
    private static readonly GroupId Busy = new(1);
    private static readonly GroupId Calm = new(2);
    private static readonly GroupId Other = new(3);
    private static readonly NodeId Peer = new(2);
    private static readonly Member BusyVoter = new(new ReplicaId(11), new NodeId(1), MemberKind.Voter);
    private static readonly Member CalmVoter = new(new ReplicaId(21), new NodeId(1), MemberKind.Voter);
    private static readonly Member Learner = new(new ReplicaId(22), Peer, MemberKind.Learner);
    private readonly EngineNode _node = new(1, new EngineOptions());
    private long _nowMs = 1;

    public BlockedTurnTests()
    {
        Start(Busy, new Configuration([BusyVoter]), BusyVoter.Replica);
        Start(Calm, new Configuration([CalmVoter, Learner]), CalmVoter.Replica);
        Run(milliseconds: 10);
        _node.IsPrepareHeld = true;
        var lastSlot = _node.SlotCount - 2;
        while (_node.WrittenEnd.Slot < lastSlot || _node.WrittenEnd.Offset < _node.LogOptions.SegmentBytes - Large)
        {
            Propose(Busy, 1_000);
            Run(milliseconds: 3);
        }
    }

    [Fact]
    public void A_leader_that_writes_nothing_goes_on_with_its_heartbeats()
    {
        Propose(Busy, Large);
        Run(milliseconds: 10);
        Assert.True(IsWaiting(Busy));

        var sent = Run(milliseconds: 500);

        Assert.True(IsWaiting(Busy));
        Assert.InRange(sent.Count(to => to == Peer), 10, 12);
    }

    [Fact]
    public void A_group_with_records_waits_its_turn_and_loses_nothing()
    {
        Propose(Busy, Large);
        Run(milliseconds: 10);
        Propose(Calm, 10);
        Run(milliseconds: 100);
        Assert.True(IsWaiting(Busy) && IsWaiting(Calm));

        _node.IsPrepareHeld = false;
        Run(milliseconds: 100);

        Assert.False(IsWaiting(Busy) || IsWaiting(Calm));
    }

    [Fact]
    public void A_replica_is_not_opened_behind_an_image_that_the_log_has_no_room_to_begin_behind()
    {
        var engine = _node.Engine;
        var members = new Configuration([CalmVoter]);
        var status = engine.Log.StartGroup(Other, new ReplicaId(31), default, default, members.Encode());
        Assert.Equal(LogAppendStatus.Appended, status);
        while (!IsWaiting(Busy))
        {
            Propose(Busy, 10);
            Run(milliseconds: 3);
        }

        var log = new RaftLog(engine.Arena, new LogIndex(20), new Term(1), members);
        var start = new RaftStart
        {
            Group = Other,
            Self = new ReplicaId(31),
            Log = log,
            Arena = engine.Arena,
            Applied = new LogIndex(20),
        };

        Assert.False(engine.Open(start, members, new MonoMs(_nowMs)));
        Assert.Null(engine.Find(Other));
        _node.IsPrepareHeld = false;
        Run(milliseconds: 3);
        Assert.True(engine.Open(start, members, new MonoMs(_nowMs)));
    }

    private bool IsWaiting(GroupId group)
    {
        var core = _node.Engine.Find(group)!;
        return core.PersistedIndex < core.Log.LastIndex;
    }

    private void Start(GroupId group, Configuration configuration, ReplicaId replica)
    {
        Assert.True(_node.Engine.Create(group, replica, configuration, new MonoMs(_nowMs)));
        _node.Engine.Campaign(group, new MonoMs(_nowMs));
    }

    private void Propose(GroupId group, int bytes) =>
        Assert.Equal(ProposeStatus.Accepted, _node.Engine.Propose(group, new byte[bytes], out _));

    private List<NodeId> Run(int milliseconds)
    {
        var sent = new List<NodeId>();
        for (var end = _nowMs + milliseconds; _nowMs < end; _nowMs++)
        {
            sent.AddRange(_node.Turn(new MonoMs(_nowMs)).Select(batch => batch.To));
        }

        return sent;
    }
}
