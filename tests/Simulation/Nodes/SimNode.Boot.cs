using TimeMachine.Core.Engine;
using TimeMachine.Core.Log;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Simulation.Checkers.Raft;
using TimeMachine.Simulation.Disk;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Nodes;

/// <content>Starting: identity, recovery of the log, opening of the replicas.</content>
public sealed partial class SimNode
{
    /// <summary>The name of the identity's image.</summary>
    private const long IdentityKey = 1;

    /// <inheritdoc/>
    public void Start(in ProcessStart start)
    {
        if (_incarnation != start.Incarnation)
        {
            Files?.Wipe();
        }

        _incarnation = start.Incarnation;
        var status = Host.CheckpointDisk.Read(IdentityKey, out var image);
        if (status == ImageStatus.Ok)
        {
            _identity = (NodeIdentity)image!;
        }
        else
        {
            _ended.Clear();
            _identity = new NodeIdentity(_plan.TagOf(Host.Address, start.Incarnation), IsFormed: start.Incarnation > 1);
            Host.CheckpointDisk.PutNow(IdentityKey, _identity);
        }

        _isSyncing = false;
        _newestWritten = 0;
        _newestSynced = 0;
        Host.LogDisk.Sync(BootSync);
    }

    /// <inheritdoc/>
    public void OnSyncDone(in SyncDone done)
    {
        if (done.Disk == DiskKind.Checkpoint)
        {
            EndCheckpoint(done);
        }
        else if (done.Status != SyncStatus.Ok)
        {
            Host.Die();
        }
        else if (done.Token == BootSync)
        {
            Boot();
        }
        else if (_core is not null && !Host.ShouldCrashHere(CrashPoint.AfterPersist))
        {
            _isSyncing = false;
            _newestSynced = done.Token;
            _observer.Raft.BatchSynced(Id, done.Token);
            TellEnded(done.Token);
            _core.Engine.OnSynced(done.Token, Now);
            MarkFormed();
            SyncWritten();
        }

        Turn();
    }

    private void MarkFormed()
    {
        if (!_identity.IsFormed)
        {
            _identity = _identity with { IsFormed = true };
            Host.CheckpointDisk.PutNow(IdentityKey, _identity);
        }
    }

    private void Boot()
    {
        var options = LogOptionsOf(_identity.Tag);
        var images = Host.LogDisk.ReadAll();
        var recovered = LogRecovery.Recover(options, images, Now);
        if (recovered.IsFramingLost)
        {
            BeginAnew();
            recovered = LogRecovery.Recover(LogOptionsOf(_identity.Tag), images, Now);
        }

        Invariant.Require(recovered.Log is not null);
        var damaged = recovered.Groups.Count(group => group.Status != GroupStatus.Ok);
        _run.World.Trace($"node {Id} recovers {recovered.Groups.Count} groups, {damaged} damaged; "
            + $"tail cut {recovered.IsTailCut}, framing lost {recovered.IsFramingLost}, "
            + $"damage {recovered.DamageCount}, slot {recovered.TailSlot} at {recovered.TailOffset}");
        _run.World.Count(NodeCounters.TornTails, recovered.IsTailCut ? 1 : 0);
        _run.World.Count(NodeCounters.Recoveries, recovered.Groups.Count > 0 ? 1 : 0);
        var dead = recovered.DeadReplicas.Select(replica => replica.Replica).ToList();
        if (recovered.DamageCount > 0)
        {
            // It may have been in the record of an end: docs/formats/node-log.md says what that means.
            _ended.RemoveWhere(ended => !dead.Contains(ended.Replica));
        }

        CheckEnded(dead);

        var engine = new NodeEngine(EngineOptionsOf(), Id, recovered.Log, dead, _run.World.Draws.Nodes.Next());
        _core = MakeCore(engine);
        PrepareSlots(engine);
        engine.ReadyObserver = OnReady;
        foreach (var group in recovered.Groups)
        {
            OpenRecovered(_core, group);
        }

        if (!_identity.IsFormed && recovered.Groups.Count == 0)
        {
            Form(_core);
        }
    }

    /// <summary>The log cannot tell which groups it lost: nothing of this disk may speak again.</summary>
    private void BeginAnew()
    {
        _ended.Clear();
        _identity = _identity.Next();
        Host.CheckpointDisk.PutNow(IdentityKey, _identity);
    }

    private void PrepareSlots(NodeEngine engine)
    {
        while (engine.Log.TryTakePrepare(Now, out var prepare))
        {
            engine.OnPrepared(prepare.Slot, Host.LogDisk.TryPrepare(prepare.Slot), Now);
        }
    }

    private void OpenRecovered(NodeCore core, RecoveredGroup group)
    {
        var store = ReadRows(group, out var hasPoint);
        var judged = ReplicaRecovery.Judge(group, hasPoint ? store : null, core.Engine.Arena);
        if (judged.Verdict != ReplicaVerdict.Open || !_identity.Owns(group.Replica))
        {
            core.Engine.Retire(group.Group, group.Replica);
            NoteLost(group.Group, group.Replica);
            Files?.Remove(group.Group, group.Replica);
            return;
        }

        var isOpen = core.Open(judged, store ?? NewRows(group.Group, group.Replica), Now);
        Invariant.Require(isOpen);
        Watch(core, group.Group, group.Entries);
        CheckStore(core, group.Group);
    }

    private IRowStore NewRows(GroupId group, ReplicaId replica) =>
        Files?.Create(group, replica) ?? new MemoryRowStore();

    private IRowStore? ReadRows(RecoveredGroup group, out bool hasPoint)
    {
        var rows = Files is null
            ? ReadStored(group)?.Rows.Clone()
            : Files.TryOpen(group.Group, group.Replica, Host.CheckpointDisk.IsDamaged(ImageKey(group.Group)));
        hasPoint = rows is not null && (Files is null || AppliedPoint.TryRead(rows, out _));
        return rows;
    }

    /// <summary>The replica's last checkpoint; one of another replica of the group does not count.</summary>
    private StoredReplica? ReadStored(RecoveredGroup group)
    {
        var status = Host.CheckpointDisk.Read(ImageKey(group.Group), out var image);
        return status == ImageStatus.Ok && image is StoredReplica stored && stored.Replica == group.Replica
            ? stored
            : null;
    }

    private void Form(NodeCore core)
    {
        foreach (var group in _plan.Groups)
        {
            var configuration = _plan.FirstConfiguration(group);
            var replica = _plan.FirstReplica(group, Id);
            if (configuration.TryGet(replica, out _))
            {
                var isCreated = core.Create(group, replica, configuration, NewRows(group, replica), Now);
                Invariant.Require(isCreated);
                Watch(core, group, []);
            }
        }
    }

    private void Watch(NodeCore core, GroupId group, IReadOnlyList<LogEntry> onDisk)
    {
        var raft = core.Engine.Find(group)!;
        var entries = new List<EntryFact>();
        for (var index = raft.Log.FirstIndex; index <= raft.Log.LastIndex; index += 1)
        {
            if (!raft.Log.TryGet(index, out var entry))
            {
                // What is in the checkpoint is not read into memory again.
                var found = onDisk[(int)(index - onDisk[0].Index)];
                entry = new Entry(found.Index, found.Term, (EntryKind)found.Kind, found.Payload);
            }

            Invariant.Require(entry.Index == index && entry.Term == raft.Log.TermAt(index));
            entries.Add(RaftChecker.FactOf(entry));
        }

        _watches[group] = _observer.Raft.Open(Id, group, new Checkers.Raft.RecoveredReplica
        {
            Replica = raft.Self,
            Hard = new HardFact(raft.Term, raft.Vote, raft.CommitIndex),
            BaseIndex = raft.Log.SnapshotIndex,
            BaseTerm = raft.Log.SnapshotTerm,
            Entries = entries,
            Applied = raft.AppliedIndex,
            ContentHash = core.Find(group)!.Machine.ContentHash,
        });
    }

    private void OnReady(RaftCore raft, RaftReady ready)
    {
        if (_watches.TryGetValue(raft.Group, out var watch))
        {
            _observer.Raft.ReadyTaken(watch, raft, ready);
        }
    }

    private void LoseReplica(NodeCore core, GroupId group)
    {
        if (core.Engine.Find(group) is { } raft)
        {
            NoteLost(group, raft.Self);
            core.Remove(group, Now, _output);
            EndWatch(group);
            Files?.Remove(group, raft.Self);
        }
    }

    private void NoteLost(GroupId group, ReplicaId replica)
    {
        Lost.Add((group, replica));
        _observer.Raft.ReplicaDied(group, replica);
        _run.World.Count(NodeCounters.ReplicasLost);
        _run.World.Trace($"node {Id} lost replica {replica} of group {group}");
    }

    private LogOptions LogOptionsOf(uint tag) => new()
    {
        LogId = tag,
        SegmentBytes = Host.LogDisk.SegmentBytes,
        SlotsMax = _run.Swarm.LogDisk.SlotsMax,
        RetainBytes = 2L * Host.LogDisk.SegmentBytes,
        RetainMs = 60_000,
        ReserveBytes = 2L * Host.LogDisk.SegmentBytes,
        BatchBytesMax = Host.LogDisk.SegmentBytes,
    };

    private EngineOptions EngineOptionsOf() => new()
    {
        Raft = new RaftOptions
        {
            HeartbeatMs = _run.Swarm.HeartbeatMs,
            ElectionMinMs = _run.Swarm.ElectionMinMs,
            ElectionMaxMs = _run.Swarm.ElectionMaxMs,
            AppendBytesMax = _run.Swarm.AppendBytesMax,
            WindowBytesMax = 32 * 1024,
        },
        BatchBytesMax = 16 * 1024,
        PeerUnseenBytesMax = 64 * 1024,
        PayloadBytesMax = LogOptionsOf(1).PayloadBytesMax,
        CacheEntries = 16,
        CacheBytes = 4 * 1024,
        ChunkBytes = 4 * 1024,
        ChunkRetryMs = 500,
    };

    private NodeOptions NodeOptionsOf() => new()
    {
        Engine = EngineOptionsOf(),
        VNodeCount = _run.Swarm.VNodeCount,
        Checkpoints = new CheckpointOptions { EntriesMax = 200, AgeMsMax = 20_000 },
    };

    private long ImageKey(GroupId group) => _run.Swarm.FirstImageKey + group.Value;
}
