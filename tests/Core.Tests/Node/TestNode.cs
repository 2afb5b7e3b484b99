using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Tests.Log;

namespace TimeMachine.Core.Tests.Node;

/// <summary>A whole node with a disk in memory; every sync is done at once.</summary>
internal sealed class TestNode
{
    private readonly LogOptions _log = new() { SegmentBytes = 64 * 1024, SlotsMax = 16, ReserveBytes = 64 * 1024 };
    private readonly TestDisk _disk;
    private readonly NodeOutput _output = new();

    public TestNode(int node, NodeOptions options)
    {
        Id = new NodeId(node);
        _disk = new TestDisk(_log.SegmentBytes);
        var log = LogRecovery.Recover(_log, [], default).Log!;
        var engine = new NodeEngine(options.Engine, Id, log, [], (ulong)node);
        Core = new NodeCore(options, engine, (ulong)node, (ulong)node);
        Prepare(default);
    }

    public NodeId Id { get; }

    public NodeCore Core { get; }

    public NodeOutput Output => _output;

    /// <summary>How far the node's wall clock is ahead of true time.</summary>
    public long WallErrorMs { get; set; }

    /// <summary>All answers so far.</summary>
    public List<CallAnswer> Answers { get; } = [];

    public bool Leads(GroupId group) => Core.Engine.Find(group) is { Role: RaftRole.Leader };

    /// <summary>The rows of each replica.</summary>
    public Dictionary<GroupId, BreakableRows> Rows { get; } = [];

    /// <summary>Groups whose rows were said to be damaged.</summary>
    public List<GroupId> Damaged { get; } = [];

    public void Create(GroupId group, int replica, Configuration configuration)
    {
        Rows[group] = new BreakableRows();
        Assert.True(Core.Create(group, new ReplicaId((ulong)replica), configuration, Rows[group], default));
    }

    /// <summary>One turn; returns what leaves for the other nodes.</summary>
    public List<(NodeId To, bool IsBatch, byte[] Bytes)> Turn(MonoMs now)
    {
        Core.Sample(now, new UnixMs(1_000_000_000_000 + WallErrorMs + now.Value));
        Core.Advance(now, _output);
        var sent = _output.Engine.Batches.ConvertAll(batch => (batch.Peer, true, batch.Bytes.ToArray()));
        sent.AddRange(_output.Messages.ConvertAll(message => (message.To, false, message.Bytes)));
        foreach (var log in _output.Engine.Logs)
        {
            _disk.Write(log);
            _disk.Sync(log.Number);
        }

        foreach (var range in _output.Engine.Applies)
        {
            Core.Apply(range, now, _output);
        }

        if (_output.Engine.Logs.Count > 0)
        {
            Core.Engine.OnSynced(_output.Engine.Logs[^1].Number, now);
        }

        Prepare(now);
        Answers.AddRange(_output.Answers);
        Damaged.AddRange(_output.Damaged);
        _output.Clear();
        return sent;
    }

    private void Prepare(MonoMs now)
    {
        while (Core.Engine.Log.TryTakePrepare(now, out var prepare))
        {
            _disk.Prepare(prepare.Slot);
            Core.Engine.OnPrepared(prepare.Slot, succeeded: true, now);
        }
    }
}
