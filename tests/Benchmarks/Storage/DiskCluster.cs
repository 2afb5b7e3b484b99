using System.Buffers;
using TimeMachine.Core.Raft;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>Three engines with three logs on one machine, and one thread that proposes.</summary>
internal sealed class DiskCluster : IDisposable
{
    private const int Nodes = 3;
    private readonly DiskEngine[] _engines = new DiskEngine[Nodes];
    private readonly Mailbox<int> _done = new();
    private readonly int _groups;

    public DiskCluster(int groups, int payloadBytes, string path, int segmentBytes)
    {
        _groups = groups;
        for (var node = 0; node < Nodes; node++)
        {
            _engines[node] = new DiskEngine(
                node, groups, payloadBytes, Path.Combine(path, $"raft{node + 1}"), segmentBytes, Send, Pass, _done);
        }

        for (var node = 0; node < Nodes; node++)
        {
            var self = node;
            _engines[node].Start(Enumerable.Range(1, groups).Select(group =>
                (new GroupId(group), Replica(group, self), MembersOf(group), group % Nodes == self)));
        }
    }

    /// <summary>Syncs of all three logs.</summary>
    public long Syncs => _engines.Sum(static engine => engine.Syncs);

    /// <summary>Proposes again whatever is done, so that always as many are in flight.</summary>
    /// <param name="inFlight">Proposers, each with one proposal at a time.</param>
    /// <param name="time">How long.</param>
    /// <param name="latencies">Takes the time of each, in microseconds; null if not wanted.</param>
    /// <returns>Entries that a majority has made durable.</returns>
    public long Drive(int inFlight, TimeSpan time, List<double>? latencies)
    {
        var begun = new long[inFlight];
        var next = 0;
        for (var slot = 0; slot < inFlight; slot++)
        {
            Propose(slot, ref next, begun);
        }

        var end = Environment.TickCount64 + (long)time.TotalMilliseconds;
        var taken = new List<int>();
        var (entries, open) = (0L, inFlight);
        while (open > 0)
        {
            taken.Clear();
            taken = _done.Take(taken, 1_000);
            var isOver = Environment.TickCount64 >= end;
            foreach (var slot in taken)
            {
                latencies?.Add(System.Diagnostics.Stopwatch.GetElapsedTime(begun[slot]).TotalMicroseconds);
                entries++;
                if (isOver)
                {
                    open--;
                }
                else
                {
                    Propose(slot, ref next, begun);
                }
            }
        }

        return entries;
    }

    public void Dispose()
    {
        foreach (var engine in _engines)
        {
            engine.Dispose();
        }

        _done.Dispose();
    }

    private void Propose(int slot, ref int next, long[] begun)
    {
        var group = 1 + (next++ % _groups);
        begun[slot] = System.Diagnostics.Stopwatch.GetTimestamp();
        _engines[group % Nodes].Propose(group, slot);
    }

    private void Pass(NodeId to, int group, int slot) => _engines[to.Value - 1].Propose(group, slot);

    private void Send(NodeId from, NodeId to, ReadOnlyMemory<byte> bytes)
    {
        // As a socket would: the bytes are copied once on their way.
        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        _engines[to.Value - 1].Receive(copy, bytes.Length);
    }

    private static ReplicaId Replica(int group, int node) => new((ulong)((group * Nodes) + node + 1));

    private static Configuration MembersOf(int group)
    {
        var members = new List<Member>();
        for (var node = 0; node < Nodes; node++)
        {
            members.Add(new Member(Replica(group, node), new NodeId(node + 1), MemberKind.Voter));
        }

        return new Configuration(members);
    }
}
