using TimeMachine.Core.Encoding;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Engine;

/// <summary>Entries that wait for room in a follower's log, or are new in it, when something takes their place.
/// </summary>
public sealed class ReplacedEntriesTests
{
    private const int Large = 20_000;
    private static readonly GroupId Group = new(1);
    private static readonly GroupId Busy = new(2);
    private static readonly Member First = new(new ReplicaId(11), new NodeId(1), MemberKind.Voter);
    private static readonly Member Second = new(new ReplicaId(13), new NodeId(3), MemberKind.Voter);
    private static readonly Member Follower = new(new ReplicaId(12), new NodeId(2), MemberKind.Learner);
    private static readonly Member BusyVoter = new(new ReplicaId(22), new NodeId(2), MemberKind.Voter);
    private static readonly Configuration Members = new([First, Second, Follower]);
    private readonly EngineNode _node = new(2, new EngineOptions { CacheEntries = 1_000, CacheBytes = 50_000 });
    private long _nowMs = 1;

    public ReplacedEntriesTests()
    {
        Assert.True(_node.Engine.Create(Group, Follower.Replica, Members, new MonoMs(_nowMs)));
        Assert.True(_node.Engine.Create(Busy, BusyVoter.Replica, new Configuration([BusyVoter]), new MonoMs(_nowMs)));
        _node.Engine.Campaign(Busy, new MonoMs(_nowMs));
        Turn();
    }

    private RaftCore Core => _node.Engine.Find(Group)!;

    [Fact]
    public void Entries_that_wait_for_room_are_dropped_when_an_image_takes_their_place()
    {
        var image = ReceiveImage(20);
        FillUp();
        Receive(Append(First, 1, (0, 0), commit: 0, (1, Large), (1, Large), (1, Large)));
        Assert.Equal((0, 3), (Core.PersistedIndex.Value, Core.Log.LastIndex.Value));

        MakeRoom();
        var isTaken = _node.Engine.OnImageInstalled(image);
        Receive(Append(First, 1, (20, 1), commit: 21, (1, 10)));
        Turn();

        Assert.True(isTaken);
        Assert.Equal((21, 21), (Core.PersistedIndex.Value, Core.AppliedIndex.Value));
        var recovered = _node.Recover().Groups.Single(group => group.Group == Group);
        Assert.Equal((20, 21), (recovered.BaseIndex.Value, recovered.Entries.Single().Index.Value));
    }

    [Fact]
    public void Entries_that_came_since_an_image_do_not_go_to_the_log_in_place_of_those_that_waited()
    {
        var image = ReceiveImage(2, term: 2);
        Receive(Append(First, 2, (0, 0), commit: 0, (1, 10), (1, 10), (1, 10)));
        FillUp();
        Receive(Append(First, 2, (3, 1), commit: 0, (1, Large), (1, Large), (1, Large)));

        MakeRoom();
        var isTaken = _node.Engine.OnImageInstalled(image);
        Receive(Append(First, 2, (2, 2), commit: 5, (2, 10), (2, 10), (2, 10)));
        Turn();

        Assert.True(isTaken);
        Assert.Equal((5, 5), (Core.PersistedIndex.Value, Core.AppliedIndex.Value));
    }

    [Fact]
    public void What_took_the_place_of_waiting_entries_never_stands_in_the_log_without_what_is_before_it()
    {
        Receive(Append(First, 1, (0, 0), commit: 0, (1, 10), (1, 10), (1, 10)));
        FillUp();
        Receive(Append(First, 1, (3, 1), commit: 0, (1, Large), (1, Large), (1, Large)));

        Receive(Append(Second, 2, (1, 1), commit: 0, (2, Large), (2, 10), (2, 10), (2, 10)));
        Turn();
        var inLog = _node.Recover().Groups.Single(group => group.Group == Group).Entries;

        Assert.Equal([1L, 1, 1], inLog.Select(entry => entry.Term.Value));
        MakeRoom();
        Turn();
        Assert.Equal(5, Core.PersistedIndex.Value);
        inLog = _node.Recover().Groups.Single(group => group.Group == Group).Entries;
        Assert.Equal([1L, 2, 2, 2, 2], inLog.Select(entry => entry.Term.Value));
    }

    [Fact]
    public void An_image_is_not_taken_when_entries_that_reach_further_came_in_the_same_turn()
    {
        var image = ReceiveImage(2);
        Deliver(Append(First, 1, (0, 0), commit: 3, (1, 10), (1, 10), (1, 10)));

        var isTaken = _node.Engine.OnImageInstalled(image);
        Turn();

        Assert.False(isTaken);
        Assert.Equal((3, 3), (Core.PersistedIndex.Value, Core.AppliedIndex.Value));
    }

    [Fact]
    public void What_a_group_held_before_an_image_is_there_for_the_others()
    {
        Receive(Append(First, 1, (0, 0), commit: 1, (1, Large), (1, Large)));

        var isTaken = _node.Engine.OnImageInstalled(ReceiveImage(5, term: 2));
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(ProposeStatus.Accepted, _node.Engine.Propose(Busy, new byte[1_000], out _));
            Turn();
        }

        Assert.True(isTaken);
        Assert.Equal(50_000, _node.Engine.Find(Busy)!.Log.WindowBytes);
    }

    private static RaftMessage Append(
        Member from, int term, (int Index, int Term) before, int commit, params (int Term, int Bytes)[] entries)
    {
        var writer = new ByteWriter();
        for (var i = 0; i < entries.Length; i++)
        {
            var index = new LogIndex(before.Index + i + 1);
            var (entryTerm, bytes) = entries[i];
            RaftMessageCodec.WriteEntry(
                writer, new Entry(index, new Term(entryTerm), EntryKind.Commands, new byte[bytes]));
        }

        return new RaftMessage
        {
            Kind = RaftMessageKind.AppendEntries,
            Group = Group,
            From = from.Replica,
            To = Follower.Replica,
            Term = new Term(term),
            Index = new LogIndex(before.Index),
            LogTerm = new Term(before.Term),
            Commit = new LogIndex(commit),
            EntriesFirst = new LogIndex(before.Index + 1),
            EntryCount = entries.Length,
            EntriesBytes = writer.Written.ToArray(),
        };
    }

    /// <summary>The only part of an image arrives; what becomes of it is up to the test.</summary>
    private ChunkArrival ReceiveImage(int index, int term = 1)
    {
        Receive(new RaftMessage
        {
            Kind = RaftMessageKind.InstallSnapshot,
            Group = Group,
            From = First.Replica,
            To = Follower.Replica,
            Term = new Term(term),
            Index = new LogIndex(index),
            LogTerm = new Term(term),
            SnapshotId = 7,
            IsLast = true,
            ChunkBytes = new byte[10],
            ConfigurationBytes = Members.Encode(),
        });
        return _node.Arrivals.Single();
    }

    /// <summary>Another group leaves less room than a large entry takes; more is being prepared.</summary>
    private void FillUp()
    {
        _node.IsPrepareHeld = true;
        var lastSlot = _node.SlotCount - 2;
        while (_node.WrittenEnd.Slot < lastSlot || _node.WrittenEnd.Offset < _node.LogOptions.SegmentBytes - Large)
        {
            Assert.Equal(ProposeStatus.Accepted, _node.Engine.Propose(Busy, new byte[1_000], out _));
            Turn();
        }

        Assert.False(_node.Engine.Log.IsFull);
    }

    private void MakeRoom()
    {
        _node.IsPrepareHeld = false;
        _node.Prepare(new MonoMs(_nowMs));
    }

    private void Receive(in RaftMessage message)
    {
        Deliver(message);
        Turn();
    }

    private void Deliver(in RaftMessage message)
    {
        var from = message.From == First.Replica ? First.Node : Second.Node;
        var lane = message.Kind == RaftMessageKind.AppendEntries ? Lane.Data : Lane.Control;
        var writer = new ByteWriter();
        new PeerBatchHeader(from, new NodeId(2), lane, 1, 0, 0, 0, default, IsStorageFull: false).Write(writer);
        RaftMessageCodec.Write(writer, message, log: null);
        writer.U32(Crc32C.Of(writer.Written));
        Assert.Equal(ErrorCode.None, _node.Engine.Receive(writer.Written.ToArray(), new MonoMs(_nowMs)));
    }

    private void Turn()
    {
        for (var i = 0; i < 3; i++)
        {
            _node.Turn(new MonoMs(_nowMs++));
        }
    }
}
