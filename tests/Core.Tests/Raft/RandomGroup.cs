using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>
/// A group under faults, all from one seed: messages are lost, doubled and reordered, syncs are late, crashes lose or
/// tear what was not synced, members come and go, logs are compacted and images sent. Checked after every step.
/// </summary>
internal sealed class RandomGroup
{
    private static readonly RaftOptions Options = new()
    {
        WindowBytesMax = 1_024,
        WindowMessagesMax = 4,
        AppendBytesMax = 1_024,
        ApplyLagEntriesMax = 20,
    };

    /// <summary>An engine gives a transfer up after a while without answers.</summary>
    private const int TransferMsMax = 500;

    private readonly List<RandomReplica> _replicas = [];
    private readonly List<(long At, RaftMessage Message)> _wire = [];
    private readonly HashSet<(ReplicaId From, ReplicaId To)> _cut = [];
    private readonly GroupChecker _checker = new();
    private readonly ByteWriter _writer = new();
    private readonly bool _changesMembers;
    private SplitMix64 _random;
    private int _nextPayload;
    private int _nextReplica;

    public RandomGroup(int voters, ulong seed, bool changesMembers)
    {
        _random = new SplitMix64(seed);
        _changesMembers = changesMembers;
        _nextReplica = voters + 1;
        var members = new List<Member>();
        for (var id = 1; id <= voters; id++)
        {
            members.Add(TestGroup.Member(id, MemberKind.Voter));
        }

        foreach (var member in members)
        {
            Add(member.Replica, new Configuration(members));
        }
    }

    public long Now { get; private set; } = 1;

    public bool IsFaulty { get; set; } = true;

    public GroupChecker Checker => _checker;

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Now += _random.Between(1, 10);
            Deliver();
            Disturb();
            for (var i = 0; i < _replicas.Count; i++)
            {
                Act(_replicas[i]);
            }
        }
    }

    /// <summary>Fails unless the members have a leader and all have applied what is committed.</summary>
    public void AssertConverged()
    {
        var leader = _replicas.Find(replica => replica.Core?.Role == RaftRole.Leader);
        Assert.NotNull(leader);
        foreach (var member in leader.Core!.Configuration.Members)
        {
            var replica = Find(member.Replica);
            var lag = _checker.Committed - (replica.Core?.AppliedIndex ?? default);
            Assert.True(lag < 60, $"replica {member.Replica} lags {lag} behind {_checker.Committed}");
        }
    }

    private RandomReplica Find(ReplicaId id) => _replicas.Find(replica => replica.Id == id)!;

    private void Add(ReplicaId id, Configuration configuration)
    {
        var replica = new RandomReplica(id, configuration, Options, _checker);
        _replicas.Add(replica);
        replica.Start(_random.Next(), Now);
    }

    private void Disturb()
    {
        if (!IsFaulty)
        {
            _cut.Clear();
        }
        else if (_random.Chance(1, 150))
        {
            CutSome();
        }
    }

    private void CutSome()
    {
        _cut.Clear();
        var victim = _replicas[(int)_random.Below(_replicas.Count)].Id;
        var direction = _random.Below(4);
        foreach (var other in _replicas)
        {
            if (direction is 0 or 1)
            {
                _cut.Add((victim, other.Id));
            }

            if (direction is 0 or 2)
            {
                _cut.Add((other.Id, victim));
            }
        }
    }

    private void Act(RandomReplica replica)
    {
        if (replica.Core is null)
        {
            if (!replica.IsRemoved && (!IsFaulty || _random.Chance(1, 60)))
            {
                replica.Start(_random.Next(), Now);
            }

            return;
        }

        if (IsFaulty && _random.Chance(1, 900))
        {
            replica.Crash(ref _random);
            return;
        }

        Drive(replica);
        Collect(replica);
        while (replica.HasWrites && (!IsFaulty || _random.Chance(2, 3)))
        {
            replica.SyncOne(message => Post(replica, message));
            _checker.Observe(replica.Core, _replicas);
        }

        _checker.Observe(replica.Core, _replicas);
    }

    private void Drive(RandomReplica replica)
    {
        var core = replica.Core!;
        core.Tick(new MonoMs(Now));
        if (Now >= replica.NextBeat)
        {
            replica.NextBeat = Now + Options.HeartbeatMs;
            core.Heartbeat(new MonoMs(Now));
        }

        if (_random.Chance(1, 40))
        {
            replica.Checkpoint();
            core.Log.EvictThrough(core.AppliedIndex - _random.Below(10));
        }

        if (_random.Chance(1, 120))
        {
            replica.Compact(_random.Below(8));
        }

        if (core.Role == RaftRole.Leader)
        {
            Lead(core);
        }
    }

    private void Lead(RaftCore core)
    {
        if (_random.Chance(1, 3))
        {
            core.Propose(EntryKind.Commands, BitConverter.GetBytes(_nextPayload++), out _);
        }

        if (IsFaulty && _random.Chance(1, 300))
        {
            core.TransferLeadership(_replicas[(int)_random.Below(_replicas.Count)].Id, new MonoMs(Now));
        }

        if (_random.Chance(1, 4) && core.RequestRead((ulong)_checker.Committed.Value) == ReadStatus.Accepted)
        {
            core.Heartbeat(new MonoMs(Now));
        }

        if (_changesMembers && IsFaulty && _random.Chance(1, 60))
        {
            ChangeMembers(core);
        }
    }

    private void ChangeMembers(RaftCore core)
    {
        var members = core.Configuration.Members;
        var member = members[(int)_random.Below(members.Length)];
        if (member.Kind == MemberKind.Learner)
        {
            core.ProposeConfiguration(new(ConfigurationChangeKind.Promote, member.Replica, member.Node), out _);
        }
        else if (members.Length < 5 && _random.Chance(1, 2))
        {
            var id = TestGroup.Id(_nextReplica);
            var change = new ConfigurationChange(ConfigurationChangeKind.AddLearner, id, new NodeId(_nextReplica));
            if (core.ProposeConfiguration(change, out _) == ProposeStatus.Accepted)
            {
                _nextReplica++;
                Add(id, Configuration.Empty);
            }
        }
        else if (core.Configuration.VoterCount > 2)
        {
            core.ProposeConfiguration(new(ConfigurationChangeKind.Remove, member.Replica, member.Node), out _);
        }
    }

    private void Collect(RandomReplica replica)
    {
        replica.Collect(message => Post(replica, message));
        foreach (var read in replica.TakeEntryReads())
        {
            if (!IsFaulty || _random.Chance(9, 10))
            {
                replica.Core!.OnEntriesRead(read.Peer, read.First, replica.ReadEntries(read));
            }
        }

        foreach (var need in replica.TakeSnapshotNeeds())
        {
            replica.Transfers.Add((need.Peer, Now + TransferMsMax));
            Post(replica, replica.Image(need.Peer));
        }

        foreach (var (peer, _) in replica.Transfers.FindAll(transfer => transfer.Till <= Now))
        {
            replica.Core!.OnSnapshotSendFinished(peer, default, delivered: false);
        }

        replica.Transfers.RemoveAll(transfer => transfer.Till <= Now);
    }

    private void Post(RandomReplica from, in RaftMessage message)
    {
        _writer.Clear();
        RaftMessageCodec.Write(_writer, message, from.Core!.Log);
        var position = 0;
        Assert.True(RaftMessageCodec.TryRead(_writer.Written.ToArray(), ref position, out var read));
        Assert.Equal(_writer.Length, position);
        var copies = !IsFaulty ? 1 : _random.Chance(1, 10) ? 0 : _random.Chance(1, 8) ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            var delay = !IsFaulty ? _random.Between(1, 5)
                : _random.Chance(1, 40) ? _random.Between(1, 2_000) : _random.Between(1, 60);
            _wire.Add((Now + delay, read));
        }
    }

    private void Deliver()
    {
        for (var i = _wire.Count - 1; i >= 0; i--)
        {
            if (_wire[i].At > Now)
            {
                continue;
            }

            var message = _wire[i].Message;
            _wire.RemoveAt(i);
            var to = Find(message.To);
            if (to.Core is null || _cut.Contains((message.From, message.To)))
            {
                continue;
            }

            to.Core.Step(message, new MonoMs(Now));
            _checker.Observe(to.Core, _replicas);
            if (message.Kind == RaftMessageKind.InstallSnapshot)
            {
                InstallImage(to, message);
            }
        }
    }

    /// <summary>The image arrives whole, or the transfer fails; the sender hears of it at once.</summary>
    private void InstallImage(RandomReplica to, in RaftMessage message)
    {
        var isDelivered = message.Term == to.Core!.Term && to.TryInstall(message);
        Find(message.From).Core?.OnSnapshotSendFinished(message.To, message.Index, isDelivered);
    }
}
