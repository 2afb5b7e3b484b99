using TimeMachine.Core.Encoding;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <content>Messages to peers: lanes, the window of unseen data, and what waits for a sync.</content>
public sealed partial class NodeEngine
{
    private void Send(GroupSlot slot)
    {
        foreach (var message in _ready.Messages)
        {
            SendNow(slot, message);
        }
    }

    private void SendNow(GroupSlot slot, in RaftMessage message)
    {
        if (!TryFindNode(slot, message.To, out var node))
        {
            return;
        }

        var link = Link(node);
        if (message.Kind != RaftMessageKind.AppendEntries)
        {
            RaftMessageCodec.Write(link.Control, message, slot.Core.Log);
        }
        else if (link.Waiting.Count < _options.PeerWaitingMax)
        {
            link.Waiting.Enqueue(message);
        }
    }

    /// <summary>Keeps the message until everything appended to the log so far is synced.</summary>
    private void SendAfterSync(GroupSlot slot, in RaftMessage message)
    {
        if (TryFindNode(slot, message.To, out var node))
        {
            var link = Link(node);
            var target = HasUnsynced ? link.HeldFor(NewestBatch) : link.Control;
            RaftMessageCodec.Write(target, message, slot.Core.Log);
        }
    }

    private static bool TryFindNode(GroupSlot slot, ReplicaId replica, out NodeId node)
    {
        if (slot.Core.Configuration.TryGet(replica, out var member))
        {
            node = member.Node;
            return true;
        }

        return slot.Senders.TryGetValue(replica, out node);
    }

    private void FlushLinks(in TurnContext turn, EngineOutput output)
    {
        foreach (var link in _linkOrder)
        {
            link.ForgiveSilence(turn.Now, _options.PeerSilenceMs);
            FillData(link, output, turn);
            FlushLane(link, Lane.Data, output, turn);
            FlushLane(link, Lane.Control, output, turn);
        }
    }

    /// <summary>
    /// Encodes waiting appends while the peer's window has room; those that no longer hold are dropped.
    /// </summary>
    private void FillData(PeerLink link, EngineOutput output, in TurnContext turn)
    {
        while (link.Waiting.Count > 0 && link.UnseenBytes + link.Data.Length < _options.PeerUnseenBytesMax)
        {
            var message = link.Waiting.Dequeue();
            var slot = Slot(message.Group);
            if (slot is null || !IsStillTrue(slot.Core, message))
            {
                continue;
            }

            var before = link.Data.Length;
            RaftMessageCodec.Write(link.Data, message, slot.Core.Log);
            if (before > 0 && link.Data.Length > _options.BatchBytesMax)
            {
                link.Data.Truncate(before);
                FlushLane(link, Lane.Data, output, turn);
                RaftMessageCodec.Write(link.Data, message, slot.Core.Log);
            }
        }
    }

    /// <summary>Whether an append that waited is still what its leader would say, and can be encoded: it carries its
    /// entries, as one read from disk does, or they are still in memory.</summary>
    private static bool IsStillTrue(RaftCore core, in RaftMessage message)
    {
        if (core.Role != RaftRole.Leader || core.Term != message.Term || core.Self != message.From)
        {
            return false;
        }

        return message.EntryCount == 0
            || !message.EntriesBytes.IsEmpty
            || (message.EntriesFirst >= core.Log.WindowFirst && message.EntriesLast <= core.Log.LastIndex);
    }

    private void FlushLane(PeerLink link, Lane lane, EngineOutput output, in TurnContext turn)
    {
        var body = lane == Lane.Data ? link.Data : link.Control;
        if (body.Length == 0)
        {
            return;
        }

        if (lane == Lane.Data)
        {
            link.SentBytes += body.Length;
        }

        var header = new PeerBatchHeader(
            Self,
            link.Peer,
            lane,
            _session,
            link.SentBytes,
            link.PeerSession,
            link.SeenBytes,
            turn.DueNow,
            IsOwnStorageFull);
        output.Batches.Add(new PeerBatch(link.Peer, lane, Frame(header, body)));
        body.Clear();
    }

    private ReadOnlyMemory<byte> Frame(in PeerBatchHeader header, ByteWriter body)
    {
        var frame = RentFrame();
        header.Write(frame);
        frame.Raw(body.Written);
        frame.U32(Crc32C.Of(frame.Written));
        return frame.WrittenMemory;
    }

    private readonly List<ByteWriter> _frames = [];
    private int _framesUsed;

    private ByteWriter RentFrame()
    {
        if (_framesUsed == _frames.Count)
        {
            _frames.Add(new ByteWriter(1024));
        }

        var frame = _frames[_framesUsed++];
        frame.Clear();
        return frame;
    }
}
