using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.RaftCluster;

/// <summary>
/// Some cores of one group with a bad network and disks that lose what is not synced; all from one seed.
/// </summary>
internal sealed class RaftCluster
{
    private static readonly RaftOptions Options = new() { HeartbeatMs = 50, ElectionMinMs = 300, ElectionMaxMs = 600 };
    private readonly List<Node> _nodes = [];
    private readonly List<(MonoMs At, byte[] Bytes)> _wire = [];
    private readonly Dictionary<long, (Term Term, byte[] Payload)> _applied = [];
    private readonly Dictionary<Term, ReplicaId> _leaders = [];
    private SplitMix64 _random;
    private long _now = 1;
    private int _nextPayload;

    public RaftCluster(int voters, ulong seed)
    {
        _random = new SplitMix64(seed);
        var members = new List<Member>();
        for (var i = 1; i <= voters; i++)
        {
            members.Add(new Member(new ReplicaId((ulong)i), new NodeId(i), MemberKind.Voter));
        }

        for (var i = 1; i <= voters; i++)
        {
            _nodes.Add(new Node(new ReplicaId((ulong)i), new Configuration(members)));
            Start(_nodes[^1]);
        }
    }

    public bool IsFaulty { get; set; } = true;

    public int AppliedCount => _applied.Count;

    public int LeaderCount => _leaders.Count;

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            _now += _random.Between(1, 10);
            Deliver();
            foreach (var node in _nodes)
            {
                Act(node);
            }
        }
    }

    /// <summary>The lowest applied index of all nodes, and the highest.</summary>
    public (long Low, long High) Applied()
    {
        var low = long.MaxValue;
        var high = 0L;
        foreach (var node in _nodes)
        {
            low = Math.Min(low, node.Core?.AppliedIndex.Value ?? 0);
            high = Math.Max(high, node.Core?.AppliedIndex.Value ?? 0);
        }

        return (low, high);
    }

    private void Start(Node node)
    {
        var arena = new PayloadArena();
        var log = new RaftLog(arena, default, default, node.Base);
        foreach (var entry in node.Synced)
        {
            log.Append(entry.Term, entry.Kind, entry.Payload);
        }

        var start = new RaftStart
        {
            Group = new GroupId(1),
            Self = node.Id,
            HardState = node.SyncedHardState,
            Log = log,
            Arena = arena,
        };
        node.Core = new RaftCore(Options, start, _random.Next(), new MonoMs(_now));
        node.Pending.Clear();
        node.LastApplied = 0;
    }

    private void Act(Node node)
    {
        if (node.Core is null)
        {
            if (!IsFaulty || _random.Chance(1, 200))
            {
                Start(node);
            }

            return;
        }

        if (IsFaulty && _random.Chance(1, 3_000))
        {
            node.Core = null;
            return;
        }

        var now = new MonoMs(_now);
        node.Core.Tick(now);
        if (_now >= node.NextBeat)
        {
            node.NextBeat = _now + Options.HeartbeatMs;
            node.Core.Heartbeat(now);
        }

        if (node.Core.Role == RaftRole.Leader && _random.Chance(1, 5))
        {
            node.Core.Propose(EntryKind.Commands, BitConverter.GetBytes(_nextPayload++), out _);
        }

        Collect(node);
        while (node.Pending.Count > 0 && (!IsFaulty || _random.Chance(4, 5)))
        {
            Sync(node);
        }

        Check(node);
    }

    private void Collect(Node node)
    {
        var core = node.Core!;
        var ready = new RaftReady();
        core.TakeReady(ready);
        foreach (var message in ready.Messages)
        {
            Send(core, message);
        }

        var write = new Write
        {
            HardState = ready.HardState,
            Leader = core.Log.LastIndex,
            Term = core.Log.LastTerm,
        };
        for (var index = ready.PersistFirst; index <= ready.PersistLast; index += 1)
        {
            Assert.True(core.Log.TryGet(index, out var entry));
            write.Entries.Add((index, new Saved(entry.Term, entry.Kind, entry.Payload.ToArray())));
        }

        foreach (var message in ready.MessagesAfterPersist)
        {
            var writer = new ByteWriter();
            RaftMessageCodec.Write(writer, message, core.Log);
            write.Messages.Add(writer.Written.ToArray());
        }

        node.Pending.Add(write);
        for (var index = ready.ApplyFirst; index <= ready.ApplyLast; index += 1)
        {
            Apply(node, index);
        }
    }

    private void Apply(Node node, LogIndex index)
    {
        Assert.Equal(node.LastApplied + 1, index.Value);
        node.LastApplied = index.Value;
        Assert.True(node.Core!.Log.TryGet(index, out var entry));
        if (_applied.TryGetValue(index.Value, out var known))
        {
            Assert.Equal(known.Term, entry.Term);
            Assert.Equal(known.Payload, entry.Payload.ToArray());
        }
        else
        {
            _applied.Add(index.Value, (entry.Term, entry.Payload.ToArray()));
        }

        node.Core.OnApplied(index);
    }

    private static byte[] Copy(byte[] bytes) => (byte[])bytes.Clone();

    private void Sync(Node node)
    {
        var write = node.Pending[0];
        node.Pending.RemoveAt(0);
        node.SyncedHardState = write.HardState;
        foreach (var (index, saved) in write.Entries)
        {
            var at = (int)index.Value - 1;
            if (at < node.Synced.Count)
            {
                node.Synced.RemoveRange(at, node.Synced.Count - at);
            }

            node.Synced.Add(saved);
        }

        node.Core!.OnPersisted(write.Leader, write.Term, write.HardState.Term, write.HardState.Vote);
        foreach (var message in write.Messages)
        {
            Post(message);
        }
    }

    private void Send(RaftCore core, in RaftMessage message)
    {
        var writer = new ByteWriter();
        RaftMessageCodec.Write(writer, message, core.Log);
        Post(writer.Written.ToArray());
    }

    private void Post(byte[] bytes)
    {
        if (IsFaulty && _random.Chance(1, 10))
        {
            return;
        }

        var copies = IsFaulty && _random.Chance(1, 10) ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            _wire.Add((new MonoMs(_now + _random.Between(1, IsFaulty ? 100 : 5)), Copy(bytes)));
        }
    }

    private void Deliver()
    {
        for (var i = _wire.Count - 1; i >= 0; i--)
        {
            if (_wire[i].At.Value > _now)
            {
                continue;
            }

            var bytes = _wire[i].Bytes;
            _wire.RemoveAt(i);
            var position = 0;
            Assert.True(RaftMessageCodec.TryRead(bytes, ref position, out var message));
            Assert.Equal(bytes.Length, position);
            var node = _nodes.Find(candidate => candidate.Id == message.To)!;
            if (!IsFaulty || !node.IsCutOff(_now))
            {
                node.Core?.Step(message, new MonoMs(_now));
            }
        }

        if (IsFaulty && _random.Chance(1, 500))
        {
            _nodes[(int)_random.Below(_nodes.Count)].CutOffTill = _now + _random.Between(100, 3_000);
        }
    }

    private void Check(Node node)
    {
        if (node.Core is { Role: RaftRole.Leader } leader)
        {
            _leaders.TryAdd(leader.Term, leader.Self);
            Assert.Equal(_leaders[leader.Term], leader.Self);
        }
    }

    private sealed record Saved(Term Term, EntryKind Kind, byte[] Payload);

    private sealed class Write
    {
        public HardState HardState { get; init; }

        public LogIndex Leader { get; init; }

        public Term Term { get; init; }

        public List<(LogIndex Index, Saved Entry)> Entries { get; } = [];

        public List<byte[]> Messages { get; } = [];
    }

    private sealed class Node(ReplicaId id, Configuration configuration)
    {
        public ReplicaId Id { get; } = id;

        public Configuration Base { get; } = configuration;

        public RaftCore? Core { get; set; }

        public List<Saved> Synced { get; } = [];

        public HardState SyncedHardState { get; set; }

        public List<Write> Pending { get; } = [];

        public long LastApplied { get; set; }

        public long NextBeat { get; set; }

        public long CutOffTill { get; set; }

        public bool IsCutOff(long now) => now < CutOffTill;
    }
}
