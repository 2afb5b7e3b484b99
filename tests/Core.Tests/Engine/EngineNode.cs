using System.Runtime.InteropServices;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Tests.Log;

namespace TimeMachine.Core.Tests.Engine;

/// <summary>An engine with a disk in memory. Unless it is held, every sync is done at once and every slot is prepared;
/// what is committed counts as applied.</summary>
internal sealed class EngineNode
{
    private readonly TestDisk _disk;
    private readonly EngineOutput _output = new();
    private readonly Queue<long> _unsynced = [];
    private readonly Queue<LogOperation> _toPrepare = [];

    public EngineNode(int node, EngineOptions options, LogOptions? log = null)
    {
        LogOptions = log ?? SmallLog;
        _disk = new TestDisk(LogOptions.SegmentBytes);
        Engine = new NodeEngine(
            options, new NodeId(node), LogRecovery.Recover(LogOptions, [], default).Log!, [], (ulong)node);
        Prepare(default);
    }

    public static LogOptions SmallLog { get; } = new()
    {
        SegmentBytes = 64 * 1024,
        SlotsMax = 8,
        ReserveBytes = 64 * 1024,
    };

    public LogOptions LogOptions { get; }

    public NodeEngine Engine { get; }

    /// <summary>How many entries were read from the disk for a peer.</summary>
    public int DiskReads { get; private set; }

    /// <summary>How many parts of images were asked for; none is ever given.</summary>
    public int ImageReads { get; private set; }

    /// <summary>What the last turn gave out of reads.</summary>
    public IReadOnlyList<GroupRead> Reads => _output.Reads;

    /// <summary>How many entries were called gone to a peer that asked for them.</summary>
    public int GoneReads { get; private set; }

    /// <summary>How many entries recycling has read to write them again.</summary>
    public int Rewrites { get; private set; }

    /// <summary>Whether batches are written and not synced.</summary>
    public bool IsSyncHeld { get; set; }

    /// <summary>Whether slots that are to be prepared stay under way.</summary>
    public bool IsPrepareHeld { get; set; }

    /// <summary>The parts of images that arrived; the test answers them.</summary>
    public List<ChunkArrival> Arrivals { get; } = [];

    /// <summary>How many slots were prepared.</summary>
    public int SlotCount => _disk.SlotCount;

    /// <summary>Where the last batch ends.</summary>
    public (int Slot, int Offset) WrittenEnd { get; private set; }

    /// <summary>One turn; returns what leaves for the peers.</summary>
    public List<(NodeId To, byte[] Bytes)> Turn(MonoMs now)
    {
        Engine.Advance(new TurnContext(now, new UnixMs(now.Value)), _output);
        var batches = _output.Batches.ConvertAll(batch => (batch.Peer, batch.Bytes.ToArray()));
        foreach (var range in _output.Applies)
        {
            Engine.OnApplied(range.Group, range.Last);
        }

        Write(now);
        Arrivals.AddRange(_output.ChunkArrivals);
        foreach (var location in _output.RewriteReads)
        {
            var bytes = _disk.Read(location.Slot, location.Offset, location.Length);
            Assert.True(Engine.OnRewriteRead(location, bytes));
            Rewrites++;
        }

        ImageReads += _output.ChunkReads.Count;
        foreach (var request in _output.EntryReads)
        {
            Read(request);
        }

        foreach (var prepare in _output.Prepares)
        {
            _toPrepare.Enqueue(prepare);
        }

        Prepare(now);
        return batches;
    }

    /// <summary>Prepares slots, unless that is held.</summary>
    public void Prepare(MonoMs now)
    {
        while (!IsPrepareHeld && (_toPrepare.TryDequeue(out var next) || Engine.Log.TryTakePrepare(now, out next)))
        {
            _disk.Prepare(next.Slot);
            Engine.OnPrepared(next.Slot, succeeded: true, now);
        }
    }

    /// <summary>Recovers the log from what is synced.</summary>
    public LogRecoveryResult Recover() => LogRecovery.Recover(LogOptions, _disk.Images(), default);

    private void Write(MonoMs now)
    {
        foreach (var log in _output.Logs)
        {
            _disk.Write(log);
            _unsynced.Enqueue(log.Number);
            WrittenEnd = (log.Slot, log.Operations[^1].Offset + log.Operations[^1].Bytes.Length);
        }

        while (!IsSyncHeld && _unsynced.TryDequeue(out var number))
        {
            _disk.Sync(number);
            Engine.OnSynced(number, now);
        }
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
        GoneReads += request.Locations.Count == 0 ? 1 : 0;
        Engine.OnEntriesRead(request.Group, request.Peer, request.First, CollectionsMarshal.AsSpan(entries));
    }
}
