using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Benchmarks;

/// <summary>
/// Three engines in one thread: messages are handed over as bytes, a sync takes no time, time is a counter.
/// </summary>
internal sealed class EngineCluster
{
    private const int Nodes = 3;
    private readonly NodeEngine[] _engines = new NodeEngine[Nodes];
    private readonly EngineOutput[] _outputs = new EngineOutput[Nodes];
    private readonly Queue<(int To, byte[] Bytes, int Length)> _wire = new();
    private readonly Stack<byte[]> _spare = new();
    private readonly int _groups;
    private readonly int[] _leaders;
    private MonoMs _now = new(1);

    public EngineCluster(int groups, LogOptions log)
    {
        _groups = groups;
        _leaders = new int[groups + 1];
        var options = new EngineOptions { CacheEntries = 64 };
        for (var node = 0; node < Nodes; node++)
        {
            var self = new NodeId(node + 1);
            var identity = (ulong)node + 1;
            var fresh = LogRecovery.Recover(log with { LogId = identity }, [], _now).Log!;
            _engines[node] = new NodeEngine(options, self, fresh, [], identity);
            _outputs[node] = new EngineOutput();
            while (_engines[node].Log.TryTakePrepare(_now, out var prepare))
            {
                _engines[node].OnPrepared(prepare.Slot, succeeded: true, _now);
            }
        }

        CreateGroups();
    }

    /// <summary>Messages handed over, in bytes and in batches.</summary>
    public long WireBytes { get; private set; }

    /// <inheritdoc cref="WireBytes"/>
    public long WireBatches { get; private set; }

    /// <summary>Entries applied on leaders.</summary>
    public long Committed { get; private set; }

    /// <summary>The records' bytes given out to be synced.</summary>
    public long LogBytes { get; private set; }

    private void CreateGroups()
    {
        for (var group = 1; group <= _groups; group++)
        {
            var members = new List<Member>();
            for (var node = 0; node < Nodes; node++)
            {
                members.Add(new Member(Replica(group, node), new NodeId(node + 1), MemberKind.Voter));
            }

            var configuration = new Configuration(members);
            for (var node = 0; node < Nodes; node++)
            {
                _engines[node].Create(new GroupId(group), Replica(group, node), configuration, _now);
            }
        }
    }

    private static ReplicaId Replica(int group, int node) => new((ulong)((group * Nodes) + node + 1));

    /// <summary>Makes node (group mod 3) lead each group.</summary>
    /// <exception cref="InvalidOperationException">A group has no leader after 5,000 turns.</exception>
    public void ElectAll()
    {
        for (var group = 1; group <= _groups; group++)
        {
            _leaders[group] = group % Nodes;
            _engines[group % Nodes].Campaign(new GroupId(group), _now);
        }

        for (var turn = 0; turn < 5_000; turn++)
        {
            Turn();
            if (AllLead())
            {
                return;
            }
        }

        throw new InvalidOperationException("no leaders");
    }

    private bool AllLead()
    {
        for (var group = 1; group <= _groups; group++)
        {
            var core = _engines[_leaders[group]].Find(new GroupId(group))!;
            if (core.Role != RaftRole.Leader || !core.HasCommittedInTerm)
            {
                return false;
            }
        }

        return true;
    }

    public ProposeStatus Propose(int group, ReadOnlySpan<byte> payload) =>
        _engines[_leaders[group]].Propose(new GroupId(group), payload, out _);

    /// <summary>Lets a millisecond pass.</summary>
    public void PassTime() => _now += 1;

    /// <summary>One turn of each node; what they send is taken in by the next.</summary>
    public void Turn()
    {
        for (var count = _wire.Count; count > 0; count--)
        {
            var (to, bytes, length) = _wire.Dequeue();
            var error = _engines[to].Receive(bytes.AsMemory(0, length), _now);
            if (error != ErrorCode.None)
            {
                throw new InvalidOperationException($"batch refused: {error}");
            }

            _spare.Push(bytes);
        }

        for (var node = 0; node < Nodes; node++)
        {
            TurnOf(node);
        }
    }

    private void TurnOf(int node)
    {
        var engine = _engines[node];
        if (engine.NextDeadline > _now && !engine.HasWork)
        {
            return;
        }

        var output = _outputs[node];
        engine.Advance(new TurnContext(_now, new UnixMs(_now.Value)), output);
        foreach (var batch in output.Batches)
        {
            var copy = Rent(batch.Bytes.Length);
            batch.Bytes.CopyTo(copy);
            WireBytes += batch.Bytes.Length;
            WireBatches++;
            _wire.Enqueue((batch.Peer.Value - 1, copy, batch.Bytes.Length));
        }

        foreach (var range in output.Applies)
        {
            if (_leaders[range.Group.Value] == node)
            {
                Committed += range.Last - range.First + 1;
            }

            engine.OnApplied(range.Group, range.Last);
            engine.OnCheckpoint(range.Group, range.Last);
        }

        foreach (var prepare in output.Prepares)
        {
            engine.OnPrepared(prepare.Slot, succeeded: true, _now);
        }

        foreach (var log in output.Logs)
        {
            LogBytes += SumOf(log);
            engine.OnSynced(log.Number, _now);
        }
    }

    private static long SumOf(LogBatch batch)
    {
        var bytes = 0L;
        for (var i = 0; i < batch.Operations.Count; i++)
        {
            bytes += batch.Operations[i].Bytes.Length;
        }

        return bytes;
    }

    private byte[] Rent(int length)
    {
        while (_spare.TryPop(out var bytes))
        {
            if (bytes.Length >= length)
            {
                return bytes;
            }
        }

        return new byte[Math.Max(512 * 1024, length)];
    }
}
