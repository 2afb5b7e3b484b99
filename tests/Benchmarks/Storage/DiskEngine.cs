using System.Diagnostics;
using System.Runtime.InteropServices;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>
/// One node's engine on its own thread, with its log on a real disk. Applying is counting: the log alone is measured.
/// </summary>
internal sealed class DiskEngine : ILogWriterObserver, IDisposable
{
    private readonly LogDirectory _directory;
    private readonly LogWriter _writer;
    private readonly NodeEngine _engine;
    private readonly EngineOutput _output = new();
    private readonly Mailbox<Input> _inputs = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Queue<(LogIndex Index, int Slot)>[] _proposed;
    private readonly List<(int Group, int Slot)> _refused = [];
    private readonly Action<NodeId, int, int> _pass;
    private readonly Action<NodeId, NodeId, ReadOnlyMemory<byte>> _send;
    private readonly Mailbox<int> _done;
    private readonly byte[] _payload;
    private readonly Thread _thread;
    private volatile bool _isEnding;

    public DiskEngine(
        int node,
        int groups,
        int payloadBytes,
        string path,
        int segmentBytes,
        Action<NodeId, NodeId, ReadOnlyMemory<byte>> send,
        Action<NodeId, int, int> pass,
        Mailbox<int> done)
    {
        (_send, _pass, _done) = (send, pass, done);
        _payload = new byte[payloadBytes];
        _proposed = [.. Enumerable.Range(0, groups + 1).Select(static _ => new Queue<(LogIndex, int)>())];
        _directory = LogDirectory.Open(RealFileSystem.EndingTheProcess(), path, segmentBytes);
        var sizes = new LogOptions
        {
            LogId = (ulong)node + 1,
            SegmentBytes = segmentBytes,
            SlotsMax = 24,
            RetainBytes = 2L * segmentBytes,
            RetainMs = 5_000,
            ReserveBytes = 2L * segmentBytes,
            BatchBytesMax = Math.Min(segmentBytes / 2, 8 * 1024 * 1024),
        };
        var log = LogRecovery.Recover(sizes, [], Now).Log!;
        var options = new EngineOptions { CacheEntries = 1_024 };
        _engine = new NodeEngine(options, new NodeId(node + 1), log, [], (ulong)node + 1);
        while (_engine.Log.TryTakePrepare(Now, out var prepare))
        {
            _engine.OnPrepared(prepare.Slot, _directory.TryPrepare(prepare.Slot), Now);
        }

        _writer = new LogWriter(_directory, this);
        _thread = new Thread(Run) { Name = $"engine {node + 1}", IsBackground = true };
    }

    /// <summary>Syncs made so far.</summary>
    public long Syncs { get; private set; }

    private MonoMs Now => new(1 + _watch.ElapsedMilliseconds);

    /// <summary>Creates the groups, and campaigns for those that it is to lead.</summary>
    public void Start(IEnumerable<(GroupId Group, ReplicaId Self, Configuration Members, bool Leads)> groups)
    {
        foreach (var (group, self, members, leads) in groups)
        {
            var isCreated = _engine.Create(group, self, members, Now);
            Invariant.Require(isCreated);
            if (leads)
            {
                _engine.Campaign(group, Now);
            }
        }

        _thread.Start();
    }

    /// <summary>Proposes an entry for a slot of the proposer; on any thread.</summary>
    public void Propose(int group, int slot) => _inputs.Post(new Input(InputKind.Proposal, group, slot, null, 0));

    /// <summary>Takes a message; on any thread.</summary>
    public void Receive(byte[] bytes, int length) => _inputs.Post(new Input(InputKind.Message, 0, 0, bytes, length));

    public void OnSynced(long batch)
    {
        Syncs++;
        _inputs.Post(new Input(InputKind.Synced, 0, batch, null, 0));
    }

    public void OnPrepared(int slot, bool isPrepared) =>
        _inputs.Post(new Input(InputKind.Prepared, isPrepared ? 1 : 0, slot, null, 0));

    public void OnFailed(Exception error) => Environment.FailFast("The log's writer failed.", error);

    public void Dispose()
    {
        _isEnding = true;
        _thread.Join();
        _writer.Dispose();
        _directory.Dispose();
        _inputs.Dispose();
    }

    private void Run()
    {
        var taken = new List<Input>();
        while (!_isEnding)
        {
            var waitMax = _refused.Count > 0 ? 1 : 50;
            var wait = _engine.HasWork ? 0 : (int)Math.Clamp(_engine.NextDeadline - Now, 0, waitMax);
            taken.Clear();
            taken = _inputs.Take(taken, wait);
            foreach (var input in taken)
            {
                TakeIn(input);
            }

            ProposeRefused();
            _engine.Advance(new TurnContext(Now, new UnixMs(Now.Value)), _output);
            GiveOut();
        }
    }

    private void TakeIn(in Input input)
    {
        switch (input.Kind)
        {
            case InputKind.Message:
                var error = _engine.Receive(input.Bytes.AsMemory(0, input.Length), Now);
                Invariant.Require(error == ErrorCode.None);
                break;
            case InputKind.Proposal:
                ProposeHere(input.Group, (int)input.Number);
                break;
            case InputKind.Synced:
                _engine.OnSynced(input.Number, Now);
                break;
            default:
                _engine.OnPrepared((int)input.Number, input.Group == 1, Now);
                break;
        }
    }

    private void ProposeHere(int group, int slot)
    {
        if (_engine.Propose(new GroupId(group), _payload, out var index) == ProposeStatus.Accepted)
        {
            _proposed[group].Enqueue((index, slot));
        }
        else
        {
            _refused.Add((group, slot));
        }
    }

    // At a window's limit or before the election an entry is proposed again with the next turn. A machine that stalls
    // may move the lead: then it is the new leader's, and so is what this one proposed and never saw committed.
    private void ProposeRefused()
    {
        var again = _refused.ToArray();
        _refused.Clear();
        foreach (var (group, slot) in again)
        {
            if (LeaderOf(group) is not { } leader)
            {
                _refused.Add((group, slot));
            }
            else if (leader == _engine.Self)
            {
                ProposeHere(group, slot);
            }
            else
            {
                _pass(leader, group, slot);
            }
        }

        for (var group = 1; group < _proposed.Length; group++)
        {
            if (_proposed[group].Count > 0 && LeaderOf(group) is { } leader && leader != _engine.Self)
            {
                _refused.AddRange(_proposed[group].Select(proposed => (group, proposed.Slot)));
                _proposed[group].Clear();
            }
        }
    }

    private NodeId? LeaderOf(int group)
    {
        var raft = _engine.Find(new GroupId(group))!;
        foreach (var member in raft.Configuration.Members)
        {
            if (member.Replica == raft.Leader)
            {
                return member.Node;
            }
        }

        return null;
    }

    private void GiveOut()
    {
        foreach (var prepare in _output.Prepares)
        {
            _writer.Prepare(prepare.Slot);
        }

        foreach (var batch in _output.Batches)
        {
            _send(_engine.Self, batch.Peer, batch.Bytes);
        }

        foreach (var log in _output.Logs)
        {
            _writer.Write(log);
        }

        foreach (var range in _output.Applies)
        {
            Apply(range);
        }

        foreach (var location in _output.RewriteReads)
        {
            var bytes = new byte[location.Length];
            var isThere = _directory.TryRead(location, bytes) && _engine.OnRewriteRead(location, bytes);
            Invariant.Require(isThere);
        }

        foreach (var request in _output.EntryReads)
        {
            ReadEntries(request);
        }
    }

    private void Apply(in ApplyRange range)
    {
        var proposed = _proposed[range.Group.Value];
        while (proposed.TryPeek(out var first) && first.Index <= range.Last)
        {
            proposed.Dequeue();
            _done.Post(first.Slot);
        }

        _engine.OnApplied(range.Group, range.Last);
        _engine.OnCheckpoint(range.Group, range.Last);
    }

    private void ReadEntries(EntryReadRequest request)
    {
        var entries = new List<Entry>();
        foreach (var location in request.Locations)
        {
            var bytes = new byte[location.Length];
            if (!_directory.TryRead(location, bytes) || !LogRecordReader.TryRead(bytes, location, out var entry))
            {
                break;
            }

            entries.Add(new Entry(entry.Index, entry.Term, (EntryKind)entry.Kind, entry.Payload));
        }

        _engine.OnEntriesRead(request.Group, request.Peer, request.First, CollectionsMarshal.AsSpan(entries));
    }

    private enum InputKind
    {
        Message = 1,
        Proposal = 2,
        Synced = 3,
        Prepared = 4,
    }

    private readonly record struct Input(InputKind Kind, int Group, long Number, byte[]? Bytes, int Length);
}
