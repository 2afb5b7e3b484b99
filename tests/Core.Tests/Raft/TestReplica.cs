using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>One core with its disk and a state machine that is the list of what was applied.</summary>
internal sealed class TestReplica(ReplicaId id, Configuration configuration, RaftOptions options)
{
    public static readonly GroupId Group = new(7);
    private readonly RaftReady _ready = new();
    private readonly PayloadArena _arena = new();
    private RaftCore? _core;

    public ReplicaId Id { get; } = id;

    public TestDisk Disk { get; } = new(configuration);

    public RaftCore Core => _core ?? throw new InvalidOperationException($"replica {Id} is down");

    public bool IsUp => _core is not null;

    /// <summary>Writes that were not synced yet.</summary>
    public Queue<DiskWrite> Writes { get; } = new();

    /// <summary>Messages that left.</summary>
    public List<RaftMessage> Outbox { get; } = [];

    /// <summary>The payloads of applied commands, as text.</summary>
    public List<string> Applied { get; } = [];

    public List<ReadResult> Reads { get; } = [];

    public List<EntryRead> EntryReads { get; } = [];

    public List<SnapshotNeed> SnapshotNeeds { get; } = [];

    /// <summary>While true, nothing is synced.</summary>
    public bool IsDiskHeld { get; set; }

    /// <summary>While true, committed entries are given out and not applied.</summary>
    public bool IsApplyHeld { get; set; }

    /// <summary>How far entries were given out to be applied.</summary>
    public LogIndex HandedToApply { get; private set; }

    public void Start(ulong seed, MonoMs now, LogIndex applied = default)
    {
        _core = new RaftCore(options, Disk.Start(Id, _arena, applied), seed, now);
        HandedToApply = _core.AppliedIndex;
    }

    /// <summary>Ends the process: what was not synced is lost.</summary>
    public void Crash()
    {
        _core = null;
        Writes.Clear();
        Outbox.Clear();
        Applied.Clear();
        EntryReads.Clear();
        SnapshotNeeds.Clear();
    }

    /// <summary>Takes a Ready: messages to the outbox, writes to the queue, commands to the state machine.</summary>
    public RaftReady Collect()
    {
        Core.TakeReady(_ready);
        Outbox.AddRange(_ready.Messages);
        Reads.AddRange(_ready.Reads);
        EntryReads.AddRange(_ready.EntryReads);
        SnapshotNeeds.AddRange(_ready.SnapshotNeeds);
        QueueWrite();
        Assert.True(_ready.ApplyFirst > _ready.ApplyLast || _ready.ApplyFirst == HandedToApply + 1);
        HandedToApply = _ready.ApplyLast > HandedToApply ? _ready.ApplyLast : HandedToApply;
        if (!IsApplyHeld)
        {
            ApplyAll();
        }

        return _ready;
    }

    /// <summary>The state machine was replaced by an image.</summary>
    public void OnImage(LogIndex index) => HandedToApply = index > HandedToApply ? index : HandedToApply;

    public void ApplyAll()
    {
        for (var index = Core.AppliedIndex + 1; index <= HandedToApply; index += 1)
        {
            Assert.True(Core.Log.TryGet(index, out var entry));
            if (entry.Kind == EntryKind.Commands)
            {
                Applied.Add(System.Text.Encoding.UTF8.GetString(entry.Payload.Span));
            }

            Core.OnApplied(index);
        }
    }

    /// <summary>Syncs the oldest write and lets go what waited for it.</summary>
    public void SyncOne()
    {
        var write = Writes.Dequeue();
        Disk.Write(write, write.Entries.Count);
        Core.OnPersisted(write.LastIndex, write.LastTerm, write.InForce.Term, write.InForce.Vote);
        foreach (var message in write.Messages)
        {
            AssertDurable(message);
            Outbox.Add(message);
        }
    }

    /// <summary>Everything that can be done without the network.</summary>
    public void Work()
    {
        if (!IsUp)
        {
            return;
        }

        do
        {
            Collect();
            while (Writes.Count > 0 && !IsDiskHeld)
            {
                SyncOne();
            }
        }
        while (Core.HasReady);
    }

    private void QueueWrite()
    {
        var entries = new List<SavedEntry>();
        for (var index = _ready.PersistFirst; index <= _ready.PersistLast; index += 1)
        {
            Assert.True(Core.Log.TryGet(index, out var entry));
            entries.Add(new SavedEntry(entry.Term, entry.Kind, entry.Payload.ToArray()));
        }

        if (!_ready.MustPersistHardState && entries.Count == 0 && _ready.MessagesAfterPersist.Count == 0)
        {
            return;
        }

        Writes.Enqueue(new DiskWrite
        {
            HardState = _ready.MustPersistHardState ? _ready.HardState : null,
            First = _ready.PersistFirst,
            Entries = entries,
            LastIndex = Core.Log.LastIndex,
            LastTerm = Core.Log.LastTerm,
            InForce = _ready.HardState,
            Messages = [.. _ready.MessagesAfterPersist],
        });
    }

    /// <summary>No vote and no acknowledgement before what it promises is on disk.</summary>
    private void AssertDurable(in RaftMessage message)
    {
        Assert.True(Disk.HardState.Term >= message.Term || Core.Term > message.Term || message.IsRejected);
        if (message.Kind == RaftMessageKind.AppendResponse && !message.IsRejected && message.Term == Core.Term)
        {
            Assert.True(Disk.LastIndex >= message.Index, "acknowledged before the sync");
        }
    }
}
