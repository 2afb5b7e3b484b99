using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <content>What the host tells the engine between turns.</content>
public sealed partial class NodeEngine
{
    /// <summary>Appends commands to a group that this node leads.</summary>
    /// <param name="group">The group.</param>
    /// <param name="payload">Encoded commands; copied.</param>
    /// <param name="index">Where they stand if they are ever committed in the present term.</param>
    public ProposeStatus Propose(GroupId group, ReadOnlySpan<byte> payload, out LogIndex index)
    {
        index = default;
        var slot = Slot(group);
        if (slot is null)
        {
            return ProposeStatus.NotLeader;
        }

        if (_log.IsFull || payload.Length > _options.PayloadBytesMax)
        {
            return ProposeStatus.Overloaded;
        }

        Touch(slot);
        return slot.Core.Propose(EntryKind.Commands, payload, out index);
    }

    /// <summary>Changes one member of a group that this node leads.</summary>
    public ProposeStatus ProposeConfiguration(GroupId group, ConfigurationChange change, out LogIndex index)
    {
        index = default;
        var slot = Slot(group);
        if (slot is null)
        {
            return ProposeStatus.NotLeader;
        }

        Touch(slot);
        return slot.Core.ProposeConfiguration(change, out index);
    }

    /// <summary>Asks for a linearizable read of a group that this node leads.</summary>
    /// <param name="group">The group.</param>
    /// <param name="token">Comes back in <see cref="EngineOutput.Reads"/>.</param>
    public ReadStatus RequestRead(GroupId group, ulong token)
    {
        var slot = Slot(group);
        if (slot is null)
        {
            return ReadStatus.NotLeader;
        }

        slot.WantsRound = true;
        Touch(slot);
        return slot.Core.RequestRead(token);
    }

    /// <summary>Begins a round of heartbeats of a group, if this node leads it: the members learn at once what is
    /// committed.</summary>
    public void Beat(GroupId group)
    {
        if (Slot(group) is { } slot)
        {
            slot.WantsRound = true;
            Touch(slot);
        }
    }

    /// <summary>Hands a group's leadership to another member.</summary>
    public TransferStatus TransferLeadership(GroupId group, ReplicaId target, MonoMs now)
    {
        var slot = Require(group);
        Touch(slot);
        return slot.Core.TransferLeadership(target, now);
    }

    /// <summary>Lets a group campaign or keeps it from it; see RaftCore.</summary>
    public void SetCampaignAllowed(GroupId group, bool isAllowed)
    {
        var slot = Require(group);
        Touch(slot);
        slot.Core.SetCampaignAllowed(isAllowed);
    }

    /// <summary>Makes a leader follow.</summary>
    public void StepDown(GroupId group, MonoMs now)
    {
        var slot = Require(group);
        Touch(slot);
        slot.Core.StepDown(now);
    }

    /// <summary>Starts an election at once, as a group of one does.</summary>
    public void Campaign(GroupId group, MonoMs now)
    {
        var slot = Require(group);
        Touch(slot);
        slot.Core.Campaign(now);
    }

    /// <summary>Everything of a batch is on stable storage, and so is every earlier one.</summary>
    public void OnSynced(long batch, MonoMs now)
    {
        _lastSynced = batch;
        _log.OnSynced(batch, now);
        _mayReadAgain = _waitingReads.Count > 0;
        while (_notes.TryPeek(out var note) && note.Batch <= batch)
        {
            _notes.Dequeue();
            var slot = Slot(note.Group);
            if (slot is not null && slot.Core.Self == note.Replica)
            {
                Touch(slot);
                slot.Core.OnPersisted(note.LastIndex, note.LastTerm, note.Term, note.Vote);
            }
        }

        foreach (var link in _linkOrder)
        {
            link.Release(batch);
        }
    }

    /// <summary>A slot of the log was allocated in full, or the disk has no room for it.</summary>
    public void OnPrepared(int slot, bool succeeded, MonoMs now) => _log.OnPrepared(slot, succeeded, now);

    /// <summary>Old bytes that recycling keeps were read.</summary>
    /// <returns>False if they do not verify: the group is damaged and the host removes it.</returns>
    public bool OnRewriteRead(in LogLocation location, ReadOnlyMemory<byte> bytes) =>
        _log.OnRewriteRead(location, bytes);

    /// <summary>The state machine has applied entries up to here.</summary>
    public void OnApplied(GroupId group, LogIndex applied)
    {
        var slot = Slot(group);
        if (slot is null || applied <= slot.Core.AppliedIndex)
        {
            return;
        }

        slot.Core.OnApplied(applied);
        Evict(slot, applied);
        Touch(slot);
    }

    /// <summary>Once all groups together hold too much, the group that holds more than its share gives up what is too
    /// much: one that is busy alone may use nearly all.</summary>
    private void Evict(GroupSlot slot, LogIndex applied)
    {
        var log = slot.Core.Log;
        Recount(slot);
        var share = _options.CacheBytes / _open.Count;
        var bytesMax = Math.Max(share, log.WindowBytes - (_heldBytes - _options.CacheBytes));
        log.EvictBeyond(applied, _options.CacheEntries, bytesMax);
        Recount(slot);
    }

    private void Recount(GroupSlot slot)
    {
        _heldBytes += slot.Core.Log.WindowBytes - slot.HeldBytes;
        slot.HeldBytes = slot.Core.Log.WindowBytes;
    }

    /// <summary>The state up to here is in a durable checkpoint: the log need not keep it for this replica.</summary>
    public void OnCheckpoint(GroupId group, LogIndex index)
    {
        var slot = Slot(group);
        if (slot is not null && index > slot.Checkpoint)
        {
            slot.Checkpoint = index;
            _log.SetCheckpoint(group, index);
        }
    }

    /// <summary>Entries that a lagging peer needs were read from disk; none means that they are gone.</summary>
    public void OnEntriesRead(GroupId group, ReplicaId peer, LogIndex first, ReadOnlySpan<Entry> entries)
    {
        var slot = Slot(group);
        if (slot is not null)
        {
            slot.Core.OnEntriesRead(peer, first, entries);
            Touch(slot);
        }
    }

    /// <summary>Takes in a batch of a peer.</summary>
    /// <param name="batch">The bytes as they came; read only during the call and the next turn.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why the batch, or its rest, was dropped; <see cref="ErrorCode.None"/> if it was taken.</returns>
    public ErrorCode Receive(ReadOnlyMemory<byte> batch, MonoMs now)
    {
        var error = PeerBatchHeader.TryRead(batch.Span, out var header);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (header.To != Self || header.From == Self)
        {
            return ErrorCode.InvalidRequest;
        }

        Link(header.From).OnHeader(header, _session, now);
        _readings.Add(new ClockReading(header.From, header.DueNow));
        var body = batch[PeerBatchHeader.Bytes..^PeerBatchHeader.TrailerBytes];
        var position = 0;
        while (position < body.Length)
        {
            if (!RaftMessageCodec.TryRead(body, ref position, out var message))
            {
                return ErrorCode.MalformedFormat;
            }

            Deliver(header.From, message, now);
        }

        return ErrorCode.None;
    }

    private void Deliver(NodeId from, in RaftMessage message, MonoMs now)
    {
        var slot = Slot(message.Group);
        if (slot is null || slot.Core.Self != message.To)
        {
            NoteWanted(from, message);
            return;
        }

        if (IsRefusedForSpace(message))
        {
            return;
        }

        slot.Senders[message.From] = from;
        Touch(slot);
        slot.Core.Step(message, now);
        OnImageMessage(slot, message, now);
    }

    /// <summary>At its reserve a follower takes no more data; votes, heartbeats and answers go on.</summary>
    private bool IsRefusedForSpace(in RaftMessage message) =>
        message.Kind == RaftMessageKind.AppendEntries && message.EntryCount > 0 && _log.IsFull;

    private void NoteWanted(NodeId from, in RaftMessage message)
    {
        var isFromLeader = message.Kind
            is RaftMessageKind.AppendEntries or RaftMessageKind.Heartbeat or RaftMessageKind.InstallSnapshot;
        if (isFromLeader && !_dead.Contains(message.To) && _wanted.Count < WantedMax)
        {
            _wanted.Add(new ReplicaWanted(message.Group, message.To, from));
        }
    }

    /// <summary>The most unknown replicas noted a turn; leaders repeat themselves, so more may be dropped.</summary>
    private const int WantedMax = 256;
}
