using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <content>
/// Images of replicas (Raft snapshots): the leader asks its host for one part at a time and repeats it until the peer
/// has staged it; the follower hands parts to its host and acknowledges the last once the whole is durable.
/// </content>
public sealed partial class NodeEngine
{
    private readonly List<ChunkRead> _chunkReads = [];
    private readonly List<ulong> _imagesEnded = [];

    /// <summary>A part of an image was read, or (null configuration) the image cannot be read.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="index">The image's index: its state has applied exactly the entries up to here.</param>
    /// <param name="term">The term of the entry at the index.</param>
    /// <param name="configuration">The configuration at the index; null gives the transfer up.</param>
    /// <param name="part">The bytes, and whether the image ends with them; only a last part may be empty.</param>
    public void OnChunkRead(
        in ChunkRead request,
        LogIndex index,
        Term term,
        Configuration? configuration,
        (ReadOnlyMemory<byte> Bytes, bool IsLast) part)
    {
        var slot = Slot(request.Group);
        if (slot is null || !TryFindTransfer(slot, request.Peer, request.ImageId, out var transfer)
            || transfer.Offset != request.Offset)
        {
            return;
        }

        Touch(slot);
        if (configuration is null || slot.Core.Role != RaftRole.Leader)
        {
            EndTransfer(slot, transfer, isDelivered: false);
            return;
        }

        transfer.Index = index;
        transfer.Part = new RaftMessage
        {
            Kind = RaftMessageKind.InstallSnapshot,
            Group = request.Group,
            From = slot.Core.Self,
            To = request.Peer,
            Term = slot.Core.Term,
            Index = index,
            LogTerm = term,
            SnapshotId = transfer.ImageId,
            Offset = transfer.Offset,
            IsLast = part.IsLast,
            ChunkBytes = part.Bytes,
            ConfigurationBytes = configuration.Encode(),
        };
        transfer.Tries = 0;
        transfer.RetryAt = default(MonoMs);
    }

    /// <summary>A part that arrived is staged; the next one is wanted.</summary>
    public void OnChunkStaged(in ChunkArrival arrival)
    {
        var slot = Slot(arrival.Group);
        if (slot?.Arrival is { } staged && staged.ImageId == arrival.ImageId && staged.NextOffset == arrival.Offset)
        {
            staged.NextOffset = arrival.Offset + arrival.Bytes.Length;
            staged.IsStaging = false;
            AnswerChunk(slot, staged, isLast: false);
        }
    }

    /// <summary>
    /// The whole image is durable in the job store: the group's log begins anew behind it, and the leader is told once
    /// that is synced too. Each last part that was given out ends by this or by <see cref="OnImageFailed"/>: no other
    /// image is taken before.
    /// </summary>
    /// <returns>False if the image is not wanted any more, or the log has no room just now.</returns>
    public bool OnImageInstalled(in ChunkArrival arrival)
    {
        var slot = Slot(arrival.Group);
        if (slot?.Arrival is not { } staged || staged.ImageId != arrival.ImageId)
        {
            return false;
        }

        slot.Arrival = null;
        var core = slot.Core;
        var encoded = arrival.Configuration.Encode();
        var (group, index, term) = (core.Group, arrival.Index, arrival.Term);
        var mustRestart = core.MustRestartLog(index, term);
        if (index <= core.AppliedIndex || (!mustRestart && index > core.PersistedIndex))
        {
            // The replica comes as far by committed entries, which are on their way to its log.
            return false;
        }

        if (mustRestart && !TryAppend(() => _log.RestartGroup(group, index, term, encoded)))
        {
            return false;
        }

        slot.Checkpoint = index;
        _log.SetCheckpoint(group, index);
        core.OnSnapshotInstalled(index, term, arrival.Configuration);
        Recount(slot);
        Touch(slot);
        staged.NextOffset = arrival.Offset + arrival.Bytes.Length;
        AnswerChunk(slot, staged, isLast: true);
        return true;
    }

    /// <summary>The host could not stage or install the image: the leader begins again.</summary>
    public void OnImageFailed(in ChunkArrival arrival)
    {
        var slot = Slot(arrival.Group);
        if (slot?.Arrival is { } staged && staged.ImageId == arrival.ImageId)
        {
            slot.Arrival = null;
        }
    }

    private void AnswerChunk(GroupSlot slot, ImageArrival staged, bool isLast) =>
        SendAfterSync(slot, new RaftMessage
        {
            Kind = RaftMessageKind.InstallSnapshotResponse,
            Group = slot.Core.Group,
            From = slot.Core.Self,
            To = staged.From,
            Term = slot.Core.Term,
            SnapshotId = staged.ImageId,
            Offset = staged.NextOffset,
            IsLast = isLast,
        });

    private void StartImages(GroupSlot slot, EngineOutput output)
    {
        foreach (var need in _ready.SnapshotNeeds)
        {
            if (!slot.Transfers.ContainsKey(need.Peer))
            {
                var transfer = new ImageTransfer(_seeds.Next() | 1, need.Peer);
                slot.Transfers.Add(need.Peer, transfer);
                _chunkReads.Add(ReadOf(slot, transfer));
            }
        }

        output.ChunkReads.AddRange(_chunkReads);
        _chunkReads.Clear();
    }

    private ChunkRead ReadOf(GroupSlot slot, ImageTransfer transfer) =>
        new(slot.Core.Group, transfer.Peer, transfer.ImageId, transfer.Offset, _options.ChunkBytes);

    private void RetryImages(MonoMs now)
    {
        foreach (var slot in _open)
        {
            if (slot.Transfers.Count == 0)
            {
                continue;
            }

            foreach (var transfer in new List<ImageTransfer>(slot.Transfers.Values))
            {
                RetryImage(slot, transfer, now);
            }
        }
    }

    private void RetryImage(GroupSlot slot, ImageTransfer transfer, MonoMs now)
    {
        if (slot.Core.Role != RaftRole.Leader || transfer.Tries > _options.ChunkTriesMax)
        {
            EndTransfer(slot, transfer, isDelivered: false);
            return;
        }

        if (transfer.RetryAt is { } retryAt && now >= retryAt && TryFindNode(slot, transfer.Peer, out var node))
        {
            transfer.Tries++;
            transfer.RetryAt = now + _options.ChunkRetryMs;
            RaftMessageCodec.Write(Link(node).Data, transfer.Part, slot.Core.Log);
        }
    }

    /// <summary>The engine's share of a message that the group's Raft has taken in already.</summary>
    private void OnImageMessage(GroupSlot slot, in RaftMessage message, MonoMs now)
    {
        if (message.Term != slot.Core.Term)
        {
            return;
        }

        if (message.Kind == RaftMessageKind.InstallSnapshot && slot.Core.Role == RaftRole.Follower)
        {
            TakeChunk(slot, message);
        }
        else if (message.Kind == RaftMessageKind.InstallSnapshotResponse)
        {
            TakeChunkAnswer(slot, message);
        }
    }

    private void TakeChunk(GroupSlot slot, in RaftMessage message)
    {
        if (message.Index <= slot.Core.CommitIndex || !Configuration.TryDecode(
            message.ConfigurationBytes.Span, out var configuration))
        {
            return;
        }

        if (message.Offset == 0 && slot.Arrival?.ImageId != message.SnapshotId
            && slot.Arrival is not { IsFinishing: true })
        {
            slot.Arrival = new ImageArrival(message.SnapshotId, message.From, message.Term);
        }

        var arrival = slot.Arrival;
        if (arrival is null || arrival.ImageId != message.SnapshotId || arrival.IsStaging)
        {
            return;
        }

        if (message.Offset < arrival.NextOffset)
        {
            AnswerChunk(slot, arrival, isLast: false);
        }
        else if (message.Offset == arrival.NextOffset)
        {
            arrival.IsStaging = true;
            arrival.IsFinishing = message.IsLast;
            _arrivals.Add(new ChunkArrival(
                slot.Core.Group,
                arrival.ImageId,
                message.Offset,
                message.ChunkBytes,
                message.IsLast,
                message.Index,
                message.LogTerm,
                configuration));
        }
    }

    private void TakeChunkAnswer(GroupSlot slot, in RaftMessage message)
    {
        if (!TryFindTransfer(slot, message.From, message.SnapshotId, out var transfer))
        {
            return;
        }

        if (message.IsLast)
        {
            EndTransfer(slot, transfer, isDelivered: true);
        }
        else if (message.Offset > transfer.Offset)
        {
            transfer.Offset = message.Offset;
            transfer.RetryAt = null;
            transfer.Tries = 0;
            _chunkReads.Add(ReadOf(slot, transfer));
            Touch(slot);
        }
    }

    private void EndTransfer(GroupSlot slot, ImageTransfer transfer, bool isDelivered)
    {
        slot.Transfers.Remove(transfer.Peer);
        _imagesEnded.Add(transfer.ImageId);
        Touch(slot);
        slot.Core.OnSnapshotSendFinished(transfer.Peer, transfer.Index, isDelivered);
    }

    private static bool TryFindTransfer(
        GroupSlot slot, ReplicaId peer, ulong imageId, out ImageTransfer transfer) =>
        slot.Transfers.TryGetValue(peer, out transfer!) && transfer.ImageId == imageId;
}
