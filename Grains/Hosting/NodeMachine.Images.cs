using System.Runtime.InteropServices;
using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Storage.Files;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Grains.Hosting;

/// <content>Images out and in, entries read for peers that lag, replicas that come and go.</content>
public sealed partial class NodeMachine
{
    private readonly Dictionary<ulong, OutgoingImage> _outgoing = [];
    private readonly Dictionary<GroupId, IncomingImage> _incoming = [];
    private readonly List<IncomingImage> _unreverted = [];
    private readonly ImageInstaller _installer;

    /// <summary>Images that took the place of a replica's rows.</summary>
    public int ImagesInstalled { get; private set; }

    private void TakeImages(EngineOutput engine)
    {
        foreach (var read in engine.ChunkReads)
        {
            ReadChunk(read);
        }

        foreach (var ended in engine.ImagesEnded)
        {
            if (_outgoing.Remove(ended, out var image))
            {
                image.Rows.Dispose();
            }
        }

        foreach (var arrival in engine.ChunkArrivals)
        {
            Stage(arrival with { Bytes = arrival.Bytes.ToArray() });
        }
    }

    private void ReadChunk(in ChunkRead read)
    {
        if (Core.Find(read.Group) is not { IsDamaged: false } replica)
        {
            GiveUp(read);
            return;
        }

        try
        {
            if (!_outgoing.TryGetValue(read.ImageId, out var image))
            {
                if (read.Offset != 0)
                {
                    // Its rows are gone.
                    GiveUp(read);
                    return;
                }

                replica.WriteCheckpoint();
                var rows = _stores[read.Group].Rows.Snapshot();
                image = new OutgoingImage(read.Group, rows, new ImageWriter(rows), replica.Point);
                _outgoing[read.ImageId] = image;
            }

            var bytes = new byte[read.BytesMax];
            var length = image.Writer.Fill(bytes, out var isLast);
            var point = image.Point;
            Core.Engine.OnChunkRead(
                read, point.Index, point.Term, point.Configuration, (bytes.AsMemory(0, length), isLast));
        }
        catch (StoreDamagedException)
        {
            LoseReplica(read.Group);
        }
        catch (StorageFullException)
        {
            // There is no room to set rows aside: the transfer is begun again later.
            GiveUp(read);
        }
    }

    /// <summary>Each part that is asked for is answered: the engine waits for it.</summary>
    private void GiveUp(in ChunkRead read) => Core.Engine.OnChunkRead(read, default, default, null, default);

    private void Stage(ChunkArrival arrival)
    {
        if (Core.Engine.Find(arrival.Group) is not { } raft)
        {
            // It was lost in this very turn.
            return;
        }

        var isKnown = _incoming.TryGetValue(arrival.Group, out var image);
        if (isKnown && image!.Last is not null)
        {
            // The one before is not done: which generation is the replica's own is known only then.
            Core.Engine.OnImageFailed(arrival);
            return;
        }

        if (!isKnown || image!.Id != arrival.ImageId)
        {
            DropIncoming(arrival.Group);
            image = new IncomingImage(arrival.Group, arrival.ImageId);
            _incoming[arrival.Group] = image;
        }

        var path = PathOf(arrival.Group, raft.Self);
        _installer.Run(() => TakePart(image, arrival, path));
    }

    /// <summary>On the thread of the images.</summary>
    private void TakePart(IncomingImage image, ChunkArrival arrival, string path)
    {
        try
        {
            image.Install ??= ReplicaInstall.Begin(_files, path, _options.JobStore);
            var error = image.Install.Take(arrival.Bytes.Span);
            var isGood = error == ErrorCode.None && (!arrival.IsLast || image.Install.IsWhole);
            Post(() => EndPart(image, arrival, isGood));
        }
        catch (StorageFullException)
        {
            Post(() => EndPart(image, arrival, isGood: false));
        }
        catch (StoreDamagedException)
        {
            // The rows that it has name no generation: what would take their place cannot be told from them.
            Post(() => LoseIfPresent(image));
        }
    }

    private void LoseIfPresent(IncomingImage image)
    {
        if (_incoming.GetValueOrDefault(image.Group) == image)
        {
            LoseReplica(image.Group);
        }
    }

    private void EndPart(IncomingImage image, in ChunkArrival arrival, bool isGood)
    {
        if (_incoming.GetValueOrDefault(image.Group) != image)
        {
            return;
        }

        if (!isGood)
        {
            DropIncoming(image.Group);
            Core.FailImage(arrival);
        }
        else if (!arrival.IsLast)
        {
            Core.Engine.OnChunkStaged(arrival);
        }
        else if (Core.BeginInstall(arrival))
        {
            image.Last = arrival;
            if (!_running.ContainsKey(image.Group))
            {
                Finish(image);
            }
        }
        else
        {
            DropIncoming(image.Group);
        }
    }

    /// <summary>A checkpoint that was begun before an image is older, and must be over first.</summary>
    private void FinishWaitingInstall(GroupId group)
    {
        if (_incoming.TryGetValue(group, out var image) && image.Last is not null)
        {
            Finish(image);
        }
    }

    private void Finish(IncomingImage image) => _installer.Run(() =>
    {
        try
        {
            var store = image.Install!.Finish();
            Post(() => EndInstall(image, store));
        }
        catch (StorageFullException)
        {
            Post(() => EndInstall(image, store: null));
        }
    });

    private void EndInstall(IncomingImage image, ReplicaStore? store)
    {
        var group = image.Group;
        if (_incoming.GetValueOrDefault(group) != image)
        {
            store?.Dispose();
            if (image.EndedPath is { } path)
            {
                _installer.Run(() => ReplicaStore.Delete(_files, path));
            }

            return;
        }

        if (store is null)
        {
            DropIncoming(group);
            Core.FailImage(image.Last!.Value);
            return;
        }

        if (!Core.InstallImage(image.Last!.Value, store.Rows, Now, _output))
        {
            store.Dispose();
            _installer.Run(() => Revert(image));
            return;
        }

        _incoming.Remove(group);
        EndOutgoing(group);
        _stores[group].Dispose();
        _stores[group] = store;
        _checkpoints[group] = image.Last.Value.Index;
        _installer.Run(image.Install!.DeleteBefore);
        ImagesInstalled++;
    }

    /// <summary>On the thread of the images. No checkpoint of the group begins before it is done, and no other image:
    /// a crash would find the rows of this one, which are older.</summary>
    private void Revert(IncomingImage image)
    {
        try
        {
            image.Install!.Revert();
            Post(() => EndRevert(image));
        }
        catch (StorageFullException)
        {
            Post(() => _unreverted.Add(image));
        }
    }

    private void EndRevert(IncomingImage image)
    {
        if (_incoming.GetValueOrDefault(image.Group) == image)
        {
            _incoming.Remove(image.Group);
            Core.FailImage(image.Last!.Value);
        }
    }

    /// <summary>What found no room is tried again, for as long as the replica is there.</summary>
    private void RevertAgain()
    {
        foreach (var image in _unreverted.Where(image => _incoming.GetValueOrDefault(image.Group) == image))
        {
            _installer.Run(() => Revert(image));
        }

        _unreverted.Clear();
    }

    private void ReadForPeers(EngineOutput engine)
    {
        foreach (var request in engine.EntryReads)
        {
            var entries = new List<Entry>();
            foreach (var location in request.Locations)
            {
                var bytes = new byte[location.Length];
                if (!_log.TryRead(location, bytes) || !LogRecordReader.TryRead(bytes, location, out var entry))
                {
                    break;
                }

                entries.Add(new Entry(entry.Index, entry.Term, (EntryKind)entry.Kind, entry.Payload));
            }

            Core.Engine.OnEntriesRead(
                request.Group, request.Peer, request.First, CollectionsMarshal.AsSpan(entries));
        }
    }

    private void TakeWanted(EngineOutput engine)
    {
        foreach (var wanted in engine.ReplicasWanted)
        {
            var isOurs = Identity.Owns(wanted.Replica) && !Core.Engine.IsDead(wanted.Replica);
            if (isOurs && Core.Find(wanted.Group) is null && !_stopped.Contains(wanted.Group))
            {
                TryCreate(wanted.Group, wanted.Replica);
            }
        }
    }

    /// <summary>Without room in the log or on the disk just now, the leader speaks to it again.</summary>
    private bool TryCreate(GroupId group, ReplicaId replica)
    {
        try
        {
            return Create(group, replica, Configuration.Empty);
        }
        catch (StorageFullException)
        {
            return false;
        }
    }

    /// <summary>A replica is damaged: its peers rebuild it. Without peers its vnode stops, and nothing of it is touched
    /// any more.</summary>
    private void LoseReplica(GroupId group)
    {
        if (Core.Engine.Find(group) is { } raft && raft.Configuration.IsOnlyVoter(raft.Self))
        {
            _stopped.Add(group);
            Core.Find(group)?.IsDamaged = true;
        }
        else
        {
            EndReplica(group);
        }
    }

    /// <summary>Ends a replica for good. Its rows go once nothing works on them.</summary>
    private void EndReplica(GroupId group)
    {
        if (Core.Engine.Find(group) is not { } raft)
        {
            return;
        }

        var path = PathOf(group, raft.Self);
        Core.Remove(group, Now, _output);
        if (_incoming.TryGetValue(group, out var image))
        {
            image.EndedPath = path;
        }

        DropIncoming(group);
        EndOutgoing(group);
        _checkpoints.Remove(group);
        if (_stores.Remove(group, out var store))
        {
            Close(group, store, path);
        }
    }

    private void DropIncoming(GroupId group)
    {
        if (_incoming.Remove(group, out var image))
        {
            _installer.Run(() => image.Install?.Dispose());
        }
    }

    private void EndOutgoing(GroupId group)
    {
        foreach (var (id, image) in _outgoing.Where(pair => pair.Value.Group == group).ToList())
        {
            image.Rows.Dispose();
            _outgoing.Remove(id);
        }
    }

    private void CloseImages()
    {
        foreach (var image in _outgoing.Values)
        {
            image.Rows.Dispose();
        }

        foreach (var image in _incoming.Values)
        {
            image.Install?.Dispose();
        }
    }

    private sealed record OutgoingImage(GroupId Group, RowSnapshot Rows, ImageWriter Writer, AppliedPoint Point);
}
