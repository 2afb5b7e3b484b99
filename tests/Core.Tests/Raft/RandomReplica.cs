using System.IO.Hashing;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>A replica of a <see cref="RandomGroup"/>: its state machine is a hash over all that was applied.</summary>
internal sealed class RandomReplica(
    ReplicaId id, Configuration configuration, RaftOptions options, GroupChecker checker)
{
    private readonly TestDisk _disk = new(configuration);
    private readonly RaftReady _ready = new();
    private readonly Queue<DiskWrite> _writes = new();
    private readonly List<EntryRead> _entryReads = [];
    private readonly List<SnapshotNeed> _snapshotNeeds = [];
    private readonly PayloadArena _arena = new();
    private (LogIndex Index, ulong Hash) _checkpoint;
    private (LogIndex Index, ulong Hash) _state;

    public ReplicaId Id { get; } = id;

    public RaftCore? Core { get; private set; }

    public TestDisk Disk => _disk;

    public bool IsRemoved { get; set; }

    /// <summary>Images on their way, and when they are given up.</summary>
    public List<(ReplicaId Peer, long Till)> Transfers { get; } = [];

    public long NextBeat { get; set; }

    public bool HasWrites => _writes.Count > 0;

    public void Start(ulong seed, long now)
    {
        _state = _checkpoint;
        Core = new RaftCore(options, _disk.Start(Id, _arena, _checkpoint.Index), seed, new MonoMs(now));
    }

    /// <summary>Loses what was not synced, or all but the first records of it.</summary>
    public void Crash(ref SplitMix64 random)
    {
        while (_writes.TryDequeue(out var write) && random.Chance(1, 2))
        {
            var whole = random.Chance(1, 2);
            _disk.Write(write, whole ? write.Entries.Count : (int)random.Below(write.Entries.Count + 1));
            if (!whole)
            {
                break;
            }
        }

        _writes.Clear();
        _entryReads.Clear();
        _snapshotNeeds.Clear();
        Transfers.Clear();
        Core = null;
    }

    public void Collect(Action<RaftMessage> post)
    {
        Core!.TakeReady(_ready);
        foreach (var message in _ready.Messages)
        {
            post(message);
        }

        foreach (var read in _ready.Reads)
        {
            // The token is what was committed when the read was asked for.
            Assert.True(!read.IsConfirmed || read.ReadIndex.Value >= (long)read.Token, "a stale read");
        }

        _entryReads.AddRange(_ready.EntryReads);
        _snapshotNeeds.AddRange(_ready.SnapshotNeeds);
        _writes.Enqueue(ToWrite());
        for (var index = _ready.ApplyFirst; index <= _ready.ApplyLast; index += 1)
        {
            Apply(index);
        }
    }

    public void SyncOne(Action<RaftMessage> post)
    {
        var write = _writes.Dequeue();
        _disk.Write(write, write.Entries.Count);
        Core!.OnPersisted(write.LastIndex, write.LastTerm, write.InForce.Term, write.InForce.Vote);
        foreach (var message in write.Messages)
        {
            GroupChecker.OnLeft(message, _disk);
            post(message);
        }
    }

    public void Checkpoint() => _checkpoint = _state;

    public void Compact(long keep)
    {
        var core = Core!;
        core.CompactThrough(_checkpoint.Index - keep);
        var index = core.Log.SnapshotIndex;
        if (index > _disk.BaseIndex)
        {
            _disk.Compact(index, core.Log.SnapshotTerm, core.Log.ConfigurationAt(index));
        }
    }

    public List<EntryRead> TakeEntryReads()
    {
        var reads = new List<EntryRead>(_entryReads);
        _entryReads.Clear();
        return reads;
    }

    public Entry[] ReadEntries(EntryRead read)
    {
        var entries = new List<Entry>();
        for (var index = read.First; index <= read.Last && _disk.Find(index) is { } saved; index += 1)
        {
            entries.Add(new Entry(index, saved.Term, saved.Kind, saved.Payload));
        }

        return entries.ToArray();
    }

    public List<SnapshotNeed> TakeSnapshotNeeds()
    {
        var needs = new List<SnapshotNeed>(_snapshotNeeds);
        _snapshotNeeds.Clear();
        return needs;
    }

    public RaftMessage Image(ReplicaId peer) => new()
    {
        Kind = RaftMessageKind.InstallSnapshot,
        Group = TestReplica.Group,
        From = Id,
        To = peer,
        Term = Core!.Term,
        Index = _state.Index,
        LogTerm = Core.Log.TermAt(_state.Index),
        SnapshotId = _state.Hash,
        IsLast = true,
        ConfigurationBytes = Core.Log.ConfigurationAt(_state.Index).Encode(),
    };

    /// <summary>Takes a whole image, as an engine does: the store first, then the log, then the core.</summary>
    public bool TryInstall(in RaftMessage message)
    {
        Assert.True(Configuration.TryDecode(message.ConfigurationBytes.Span, out var configuration));
        if (message.Index <= Core!.CommitIndex)
        {
            return false;
        }

        if (Core.MustRestartLog(message.Index, message.LogTerm))
        {
            _writes.Clear();
            _disk.HardState = new HardState(Core.Term, Core.Vote, message.Index);
            _disk.Restart(message.Index, message.LogTerm, configuration);
        }

        checker.OnImage();
        _state = (message.Index, message.SnapshotId);
        _checkpoint = _state;
        Core.OnSnapshotInstalled(message.Index, message.LogTerm, configuration);
        return true;
    }

    private void Apply(LogIndex index)
    {
        Assert.Equal(_state.Index + 1, index);
        Assert.True(Core!.Log.TryGet(index, out var entry));
        Assert.True(_disk.TermAt(index) == entry.Term, "applied before it was synced");
        var hash = XxHash3.HashToUInt64(entry.Payload.Span, (long)(_state.Hash ^ (ulong)entry.Term.Value));
        _state = (index, hash);
        checker.OnApplied(index, hash);
        Core.OnApplied(index);
    }

    private DiskWrite ToWrite()
    {
        var core = Core!;
        var entries = new List<SavedEntry>();
        for (var index = _ready.PersistFirst; index <= _ready.PersistLast; index += 1)
        {
            Assert.True(core.Log.TryGet(index, out var entry));
            entries.Add(new SavedEntry(entry.Term, entry.Kind, entry.Payload.ToArray()));
            checker.OnAppended(core.Log, entry);
        }

        return new DiskWrite
        {
            HardState = _ready.HardState,
            First = _ready.PersistFirst,
            Entries = entries,
            LastIndex = core.Log.LastIndex,
            LastTerm = core.Log.LastTerm,
            InForce = _ready.HardState,
            Messages = [.. _ready.MessagesAfterPersist],
        };
    }
}
