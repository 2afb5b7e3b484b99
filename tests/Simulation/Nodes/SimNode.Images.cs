using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Simulation.Nodes;

/// <content>Checkpoints, images, and entries read from disk.</content>
public sealed partial class SimNode
{
    private const int RowsElsewhere = 100;
    private static readonly MemoryRowStore Elsewhere = new();
    private readonly Dictionary<ulong, OutgoingImage> _images = [];
    private readonly Dictionary<GroupId, StagedImage> _staged = [];
    private readonly Dictionary<long, PendingStore> _stores = [];
    private long _nextStore;

    private void BeginCheckpoints(NodeCore core)
    {
        foreach (var group in _output.Checkpoints)
        {
            var replica = core.Find(group)!;
            replica.WriteCheckpoint();
            if (Files is not null && !Files.TryBegin(replica, Host.CheckpointDisk.IsFull))
            {
                core.OnCheckpointEnded(group, default, Now);
                continue;
            }

            var rows = Files is null ? ((MemoryRowStore)replica.Store).Clone() : Elsewhere;
            Put(core, group, replica.Point.Index, rows, arrival: null);
        }
    }

    private void Put(
        NodeCore core,
        GroupId group,
        LogIndex index,
        MemoryRowStore rows,
        ChunkArrival? arrival,
        ReplicaInstall? install = null)
    {
        var token = ++_nextStore;
        var stored = new StoredReplica(group, core.Engine.Find(group)!.Self, index, rows);
        _stores[token] = new PendingStore(stored, arrival, install);
        var rowCount = Files is null ? rows.Count : RowsElsewhere;
        Host.CheckpointDisk.Put(ImageKey(group), stored, rowCount * 200L, token);
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
            EndInstall(_core, pending, arrival, isDone);
        }
        else if (isStill && !Host.ShouldCrashHere(CrashPoint.WithinCheckpoint))
        {
            _run.World.Count(NodeCounters.Checkpoints);
            var index = isDone ? pending.Stored.Index : default;
            index = Files is null || !isDone
                ? index
                : Files.TryEnd(group, Host.CheckpointDisk.IsFull) ?? default;
            _core.OnCheckpointEnded(group, index, Now);
        }
    }

    private void EndInstall(NodeCore core, PendingStore pending, in ChunkArrival arrival, bool isDone)
    {
        if (Host.ShouldCrashHere(CrashPoint.WithinSnapshotInstall))
        {
            return;
        }

        var stored = pending.Stored;
        var installed = pending.Install is { } install && isDone
            ? Files!.TryFinish(stored.Group, install, Host.CheckpointDisk.IsFull)
            : null;
        if (!isDone || (Files is not null && installed is null))
        {
            Files?.DropInstall(stored.Group, pending.Install!);
            core.FailImage(arrival);
            return;
        }

        var rows = installed?.Rows ?? (IRowStore)stored.Rows.Clone();
        var isTaken = core.InstallImage(arrival, rows, Now, _output);
        if (installed is not null)
        {
            Files!.EndInstall(stored.Group, installed, isTaken);
        }

        if (!isTaken)
        {
            core.FailImage(arrival);
        }
        else
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
            if (_images.Remove(ended, out var image))
            {
                (image.Rows as IDisposable)?.Dispose();
            }
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
            var rows = Files?.Snapshot(read.Group) ?? new StoreRows(((MemoryRowStore)replica.Store).Clone());
            image = new OutgoingImage(rows, new ImageWriter(rows), replica.Point);
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
            var install = Files?.BeginInstall(arrival.Group, core.Engine.Find(arrival.Group)!.Self);
            staged = new StagedImage(arrival.ImageId, install);
            _staged[arrival.Group] = staged;
        }

        var error = staged.Take(arrival.Bytes.Span);
        if (error == ErrorCode.None && !arrival.IsLast)
        {
            core.Engine.OnChunkStaged(arrival);
            return;
        }

        _staged.Remove(arrival.Group);
        if (error != ErrorCode.None || !staged.IsWhole)
        {
            _run.World.Violate("image", $"node {Id} could not read an image of group {arrival.Group}: {error}");
            return;
        }

        if (core.BeginInstall(arrival))
        {
            Put(core, arrival.Group, arrival.Index, staged.Rows, arrival, staged.Install);
        }
        else if (staged.Install is not null)
        {
            Files!.DropInstall(arrival.Group, staged.Install);
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
                && core.Create(
                    wanted.Group, wanted.Replica, Configuration.Empty, NewRows(wanted.Group, wanted.Replica), Now))
            {
                Watch(core, wanted.Group, []);
            }
        }
    }

    private sealed class StagedImage
    {
        private readonly ImageReader _reader;

        public StagedImage(ulong imageId, ReplicaInstall? install)
        {
            ImageId = imageId;
            Install = install;
            _reader = new ImageReader(Rows);
        }

        public ulong ImageId { get; }

        public ReplicaInstall? Install { get; }

        public MemoryRowStore Rows { get; } = new();

        public bool IsWhole => Install?.IsWhole ?? _reader.IsWhole;

        public ErrorCode Take(ReadOnlySpan<byte> part) => Install?.Take(part) ?? _reader.Take(part);
    }

    private sealed record OutgoingImage(IRowSource Rows, ImageWriter Writer, AppliedPoint Point);

    private sealed record PendingStore(StoredReplica Stored, ChunkArrival? Arrival, ReplicaInstall? Install);
}
