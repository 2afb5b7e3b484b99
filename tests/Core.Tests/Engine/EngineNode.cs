using System.Runtime.InteropServices;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Tests.Log;

namespace TimeMachine.Core.Tests.Engine;

/// <summary>An engine with a disk in memory; every sync is done at once, and what is committed counts as
/// applied.</summary>
internal sealed class EngineNode
{
    private readonly LogOptions _options = new()
    {
        SegmentBytes = 64 * 1024,
        SlotsMax = 8,
        ReserveBytes = 64 * 1024,
    };

    private readonly TestDisk _disk;
    private readonly EngineOutput _output = new();

    public EngineNode(int node, EngineOptions options)
    {
        _disk = new TestDisk(_options.SegmentBytes);
        var log = LogRecovery.Recover(_options, [], default).Log!;
        Engine = new NodeEngine(options, new NodeId(node), log, [], (ulong)node);
        Prepare(default);
    }

    public NodeEngine Engine { get; }

    /// <summary>How many entries were read from the disk for a peer.</summary>
    public int DiskReads { get; private set; }

    /// <summary>How many parts of images were asked for; none is ever given.</summary>
    public int ImageReads { get; private set; }

    /// <summary>What the last turn gave out of reads.</summary>
    public IReadOnlyList<GroupRead> Reads => _output.Reads;

    /// <summary>One turn; returns what leaves for the peers.</summary>
    public List<(NodeId To, byte[] Bytes)> Turn(MonoMs now)
    {
        Engine.Advance(new TurnContext(now, new UnixMs(now.Value)), _output);
        var batches = _output.Batches.ConvertAll(batch => (batch.Peer, batch.Bytes.ToArray()));
        foreach (var range in _output.Applies)
        {
            Engine.OnApplied(range.Group, range.Last);
        }

        foreach (var log in _output.Logs)
        {
            _disk.Write(log);
            _disk.Sync(log.Number);
            Engine.OnSynced(log.Number, now);
        }

        ImageReads += _output.ChunkReads.Count;
        foreach (var request in _output.EntryReads)
        {
            Read(request);
        }

        Prepare(now);
        return batches;
    }

    private void Read(EntryReadRequest request)
    {
        var entries = new List<Entry>();
        foreach (var location in request.Locations)
        {
            var isRead = LogRecordReader.TryRead(
                _disk.Read(location.Slot, location.Offset, location.Length), location, out var entry);
            Assert.True(isRead);
            entries.Add(new Entry(entry.Index, entry.Term, (EntryKind)entry.Kind, entry.Payload));
        }

        DiskReads += entries.Count;
        Engine.OnEntriesRead(request.Group, request.Peer, request.First, CollectionsMarshal.AsSpan(entries));
    }

    private void Prepare(MonoMs now)
    {
        while (Engine.Log.TryTakePrepare(now, out var prepare))
        {
            _disk.Prepare(prepare.Slot);
            Engine.OnPrepared(prepare.Slot, succeeded: true, now);
        }
    }
}
