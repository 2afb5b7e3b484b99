using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Nodes;

/// <content>Checkpoints, images, and entries read from disk.</content>
public sealed partial class SimNode
{
    private readonly Dictionary<ulong, (ImageWriter Writer, AppliedPoint Point)> _images = [];
    private readonly Dictionary<GroupId, StagedImage> _staged = [];
    private readonly Dictionary<long, PendingStore> _stores = [];
    private long _nextStore;

    private void BeginCheckpoints(NodeCore core)
    {
        foreach (var group in _output.Checkpoints)
        {
            var replica = core.Find(group)!;
            replica.WriteCheckpoint();
            var store = (MemoryRowStore)replica.Store;
            Put(core, group, replica.Point.Index, store.Clone(), arrival: null);
        }
    }

    private void Put(NodeCore core, GroupId group, LogIndex index, MemoryRowStore rows, ChunkArrival? arrival)
    {
        var token = ++_nextStore;
        var stored = new StoredReplica(group, core.Engine.Find(group)!.Self, index, rows);
        _stores[token] = new PendingStore(stored, arrival);
        Host.CheckpointDisk.Put(ImageKey(group), stored, rows.Count * 200L, token);
    }

    private void EndCheckpoint(in SyncDone done)
    {
        if (!_stores.Remove(done.Token, out var pending) || _core is null)
        {
            return;
        }

        var group = pending.Stored.Group;
        var isStill = _core.Engine.Find(group)?.Self == pending.Stored.Replica;
        var isDone = done.Status == SyncStatus.Ok && isStill;
        if (pending.Arrival is { } arrival)
        {
            EndInstall(_core, pending.Stored, arrival, isDone);
        }
        else if (isStill && !Host.ShouldCrashHere(CrashPoint.WithinCheckpoint))
        {
            _run.World.Count(NodeCounters.Checkpoints);
            _core.OnCheckpointEnded(group, isDone ? pending.Stored.Index : default, Now);
        }
    }

    private void EndInstall(NodeCore core, StoredReplica stored, in ChunkArrival arrival, bool isDone)
    {
        if (Host.ShouldCrashHere(CrashPoint.WithinSnapshotInstall))
        {
            return;
        }

        if (!isDone)
        {
            core.FailImage(arrival);
            return;
        }

        if (core.InstallImage(arrival, stored.Rows.Clone(), Now, _output))
        {
            _run.World.Count(NodeCounters.Snapshots);
            var hash = core.Find(stored.Group)!.Machine.ContentHash;
            _observer.Raft.ImageInstalled(_watches[stored.Group], arrival.Index, arrival.Term, hash);
        }
    }

    private void TakeImages(NodeCore core, EngineOutput engine)
    {
        foreach (var read in engine.ChunkReads)
        {
            ReadChunk(core, read);
        }

        foreach (var ended in engine.ImagesEnded)
        {
            _images.Remove(ended);
        }

        foreach (var arrival in engine.ChunkArrivals)
        {
            Stage(core, arrival);
        }
    }

    private void ReadChunk(NodeCore core, in ChunkRead read)
    {
        var replica = core.Find(read.Group)!;
        if (!_images.TryGetValue(read.ImageId, out var image))
        {
            replica.WriteCheckpoint();
            var rows = ((MemoryRowStore)replica.Store).Clone();
            image = (new ImageWriter(new StoreRows(rows)), replica.Point);
            _images[read.ImageId] = image;
        }

        var bytes = new byte[read.BytesMax];
        var length = image.Writer.Fill(bytes, out var isLast);
        var point = image.Point;
        core.Engine.OnChunkRead(
            read, point.Index, point.Term, point.Configuration, (bytes.AsMemory(0, length), isLast));
    }

    private void Stage(NodeCore core, in ChunkArrival arrival)
    {
        if (!_staged.TryGetValue(arrival.Group, out var staged) || staged.ImageId != arrival.ImageId)
        {
            staged = new StagedImage(arrival.ImageId);
            _staged[arrival.Group] = staged;
        }

        var error = staged.Reader.Take(arrival.Bytes.Span);
        if (error == ErrorCode.None && !arrival.IsLast)
        {
            core.Engine.OnChunkStaged(arrival);
            return;
        }

        _staged.Remove(arrival.Group);
        if (!staged.Reader.IsWhole)
        {
            _run.World.Violate("image", $"node {Id} could not read an image of group {arrival.Group}: {error}");
            return;
        }

        if (core.BeginInstall(arrival))
        {
            Put(core, arrival.Group, arrival.Index, staged.Rows, arrival);
        }
    }

    private void ReadForPeers(NodeCore core, EngineOutput engine)
    {
        foreach (var request in engine.EntryReads)
        {
            var entries = new List<Entry>();
            foreach (var location in request.Locations)
            {
                var bytes = new byte[location.Length];
                if (!Host.LogDisk.TryRead(location.Slot, location.Offset, bytes)
                    || !LogRecordReader.TryRead(bytes, location, out var entry))
                {
                    break;
                }

                entries.Add(new Entry(entry.Index, entry.Term, (EntryKind)entry.Kind, entry.Payload));
            }

            _run.World.Count(NodeCounters.DiskReads, entries.Count);
            core.Engine.OnEntriesRead(
                request.Group,
                request.Peer,
                request.First,
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(entries));
        }
    }

    private void TakeWanted(NodeCore core, EngineOutput engine)
    {
        foreach (var wanted in engine.ReplicasWanted)
        {
            var isOurs = _identity.Owns(wanted.Replica) && !core.Engine.IsDead(wanted.Replica);
            if (isOurs && core.Find(wanted.Group) is null
                && core.Create(wanted.Group, wanted.Replica, Configuration.Empty, new MemoryRowStore(), Now))
            {
                Watch(core, wanted.Group);
            }
        }
    }

    private sealed class StagedImage
    {
        public StagedImage(ulong imageId)
        {
            ImageId = imageId;
            Reader = new ImageReader(Rows);
        }

        public ulong ImageId { get; }

        public MemoryRowStore Rows { get; } = new();

        public ImageReader Reader { get; }
    }

    private sealed record PendingStore(StoredReplica Stored, ChunkArrival? Arrival);
}
