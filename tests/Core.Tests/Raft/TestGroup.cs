using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>Replicas of one group in one thread: nothing moves but by a call, messages go through their binary
/// form.</summary>
internal sealed class TestGroup
{
    private const int RoundsMax = 10_000;
    private readonly SortedDictionary<ulong, TestReplica> _replicas = [];
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly ByteWriter _writer = new();
    private readonly RaftOptions _options;
    private readonly Configuration _configuration;
    private ulong _nextSeed = 1;

    public TestGroup(int voters, int learners = 0, RaftOptions? options = null)
    {
        _options = options ?? new RaftOptions();
        var members = new List<Member>();
        for (var i = 1; i <= voters + learners; i++)
        {
            members.Add(Member(i, i <= voters ? MemberKind.Voter : MemberKind.Learner));
        }

        _configuration = new Configuration(members);
        foreach (var member in members)
        {
            _replicas.Add(member.Replica.Value, new TestReplica(member.Replica, _configuration, _options));
        }
    }

    public MonoMs Now { get; private set; } = new(1_000);

    /// <summary>Messages that are under way, in the order they left.</summary>
    public List<RaftMessage> Wire { get; } = [];

    /// <summary>Messages for which this is true are lost.</summary>
    public Predicate<RaftMessage> Drop { get; set; } = static _ => false;

    /// <summary>Called for each message that is delivered.</summary>
    public Action<RaftMessage> Delivered { get; set; } = static _ => { };

    /// <summary>Whether reads from disk and images are answered by <see cref="Settle"/>.</summary>
    public bool AnswersReads { get; set; } = true;

    public IEnumerable<TestReplica> All => _replicas.Values;

    public TestReplica this[int id] => _replicas[(ulong)id];

    public static Member Member(int id, MemberKind kind) => new(new ReplicaId((ulong)id), new NodeId(id), kind);

    public static ReplicaId Id(int id) => new((ulong)id);

    /// <summary>Starts all replicas that are not up.</summary>
    public TestGroup Start()
    {
        foreach (var replica in All)
        {
            if (!replica.IsUp)
            {
                replica.Start(_nextSeed++, Now);
            }
        }

        return this;
    }

    /// <summary>Puts entries of these terms on a replica's disk before it starts; payloads are their
    /// positions.</summary>
    public TestGroup WithLog(int id, params int[] terms)
    {
        var disk = this[id].Disk;
        for (var i = 0; i < terms.Length; i++)
        {
            var payload = System.Text.Encoding.UTF8.GetBytes($"{i + 1}@{terms[i]}");
            disk.Entries.Add(new SavedEntry(new Term(terms[i]), EntryKind.Commands, payload));
        }

        return this;
    }

    public TestGroup WithTerm(int id, int term, int vote = 0, int commit = 0)
    {
        this[id].Disk.HardState = new HardState(new Term(term), Id(vote), new LogIndex(commit));
        return this;
    }

    public TestReplica AddBlank(int id)
    {
        var replica = new TestReplica(Id(id), Configuration.Empty, _options);
        _replicas.Add((ulong)id, replica);
        replica.Start(_nextSeed++, Now);
        return replica;
    }

    public void Restart(int id, LogIndex applied = default) => this[id].Start(_nextSeed++, Now, applied);

    public void Crash(int id)
    {
        this[id].Crash();
        Wire.RemoveAll(message => message.To == Id(id));
    }

    public void Cut(int a, int b)
    {
        _cut.Add(((ulong)a, (ulong)b));
        _cut.Add(((ulong)b, (ulong)a));
    }

    public void CutOneWay(int from, int to) => _cut.Add(((ulong)from, (ulong)to));

    public void Isolate(int id)
    {
        foreach (var other in _replicas.Keys)
        {
            Cut(id, (int)other);
        }
    }

    public void Heal() => _cut.Clear();

    /// <summary>Makes a replica the leader of a settled group.</summary>
    public TestReplica Elect(int id)
    {
        // Long enough that nobody still hears an earlier leader.
        Now += _options.ElectionMaxMs;
        this[id].Core.Campaign(Now);
        Settle();
        Assert.Equal(RaftRole.Leader, this[id].Core.Role);
        return this[id];
    }

    public ProposeStatus Propose(int id, string text) =>
        this[id].Core.Propose(EntryKind.Commands, System.Text.Encoding.UTF8.GetBytes(text), out _);

    public ProposeStatus Change(int id, ConfigurationChangeKind kind, int replica) =>
        this[id].Core.ProposeConfiguration(new ConfigurationChange(kind, Id(replica), new NodeId(replica)), out _);

    /// <summary>One round of heartbeats, answered.</summary>
    public void Beat(int id)
    {
        this[id].Core.Heartbeat(Now);
        Settle();
    }

    /// <summary>Lets time pass in steps of 10 ms, with ticks and heartbeats, settling after each.</summary>
    public void Advance(int ms)
    {
        for (var passed = 0; passed < ms; passed += 10)
        {
            Now += 10;
            foreach (var replica in All)
            {
                if (replica.IsUp)
                {
                    replica.Core.Tick(Now);
                    if (Now.Value % _options.HeartbeatMs == 0)
                    {
                        replica.Core.Heartbeat(Now);
                    }
                }
            }

            Settle();
        }
    }

    /// <summary>Does all work and delivers all messages until nothing moves.</summary>
    public void Settle()
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            Work();
            if (!DeliverRound())
            {
                return;
            }
        }

        Assert.Fail("the group never came to rest");
    }

    /// <summary>Does the local work of all replicas; what leaves goes on the wire.</summary>
    public void Work()
    {
        foreach (var replica in All)
        {
            replica.Work();
            if (AnswersReads && replica.IsUp)
            {
                AnswerReads(replica);
                replica.Work();
            }

            foreach (var message in replica.Outbox)
            {
                Wire.Add(Encoded(replica, message));
            }

            replica.Outbox.Clear();
        }
    }

    /// <summary>Delivers what is on the wire now; false if that was nothing.</summary>
    public bool DeliverRound()
    {
        var round = Wire.ToArray();
        Wire.Clear();
        foreach (var message in round)
        {
            Deliver(message);
        }

        return round.Length > 0;
    }

    public void Deliver(in RaftMessage message)
    {
        var isCut = _cut.Contains((message.From.Value, message.To.Value));
        if (isCut || Drop(message) || !_replicas.TryGetValue(message.To.Value, out var to) || !to.IsUp)
        {
            return;
        }

        Delivered(message);
        to.Core.Step(message, Now);
        if (AnswersReads && message.Kind == RaftMessageKind.InstallSnapshot)
        {
            Install(to, message);
        }
    }

    /// <summary>The leader, if there is exactly one of the highest term.</summary>
    public TestReplica? Leader()
    {
        TestReplica? leader = null;
        foreach (var replica in All)
        {
            if (replica.IsUp && replica.Core.Role == RaftRole.Leader && !(leader?.Core.Term > replica.Core.Term))
            {
                leader = replica;
            }
        }

        return leader;
    }

    private RaftMessage Encoded(TestReplica from, in RaftMessage message)
    {
        _writer.Clear();
        RaftMessageCodec.Write(_writer, message, from.Core.Log);
        var position = 0;
        Assert.True(RaftMessageCodec.TryRead(_writer.Written.ToArray(), ref position, out var read));
        Assert.Equal(_writer.Length, position);
        return read;
    }

    private static void AnswerReads(TestReplica replica)
    {
        foreach (var read in replica.EntryReads.ToArray())
        {
            var entries = new List<Entry>();
            var bytes = 0;
            for (var index = read.First; index <= read.Last && bytes < read.BytesMax; index += 1)
            {
                var saved = replica.Disk.Find(index)!;
                entries.Add(new Entry(index, saved.Term, saved.Kind, saved.Payload));
                bytes += saved.Payload.Length;
            }

            replica.Core.OnEntriesRead(read.Peer, read.First, entries.ToArray());
        }

        replica.EntryReads.Clear();
        foreach (var need in replica.SnapshotNeeds)
        {
            var core = replica.Core;
            replica.Outbox.Add(new RaftMessage
            {
                Kind = RaftMessageKind.InstallSnapshot,
                Group = TestReplica.Group,
                From = replica.Id,
                To = need.Peer,
                Term = core.Term,
                Index = core.AppliedIndex,
                LogTerm = core.Log.TermAt(core.AppliedIndex),
                IsLast = true,
                ConfigurationBytes = core.Log.ConfigurationAt(core.AppliedIndex).Encode(),
            });
        }

        replica.SnapshotNeeds.Clear();
    }

    private void Install(TestReplica to, in RaftMessage message)
    {
        Assert.True(Configuration.TryDecode(message.ConfigurationBytes.Span, out var configuration));
        var isNeeded = message.Index > to.Core.CommitIndex;
        if (isNeeded)
        {
            to.Work();
            if (to.Core.MustRestartLog(message.Index, message.LogTerm))
            {
                to.Disk.Restart(message.Index, message.LogTerm, configuration);
            }

            to.Core.OnSnapshotInstalled(message.Index, message.LogTerm, configuration);
            to.OnImage(message.Index);
            to.Applied.Clear();
            to.Applied.AddRange(_replicas[message.From.Value].Applied);
        }

        _replicas[message.From.Value].Core.OnSnapshotSendFinished(message.To, message.Index, delivered: isNeeded);
    }
}
