using TimeMachine.Core.Engine;
using TimeMachine.Core.Node;
using TimeMachine.Core.Raft;
using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Raft;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Nodes;

/// <summary>
/// A node of the simulated cluster: the very core that runs in production, with a simulated machine around it. It
/// carries bytes and tells the checkers; it decides nothing.
/// </summary>
public sealed partial class SimNode : ISimProcess
{
    /// <summary>Lanes 0 and 1 carry peer batches, 2 the calls of clients, 3 messages between nodes.</summary>
    public const int CallLane = 2;

    /// <summary>See <see cref="CallLane"/>.</summary>
    public const int MessageLane = 3;

    private const long BootSync = long.MaxValue;
    private const int TurnsMax = 1_000;
    private readonly SimRun _run;
    private readonly ClusterPlan _plan;
    private readonly SimObserver _observer;
    private readonly Dictionary<GroupId, ReplicaWatch> _watches = [];
    private readonly Dictionary<ReplicaId, ReplicaWatch> _endedWatches = [];
    private readonly NodeOutput _output = new();
    private NodeCore? _core;
    private int _incarnation;
    private bool _isSyncing;
    private long _newestWritten;
    private long _newestSynced;
    private NodeIdentity _identity = new(0, IsFormed: false);

    /// <summary>Makes a node; its host is set before it starts.</summary>
    public SimNode(SimRun run, ClusterPlan plan, SimObserver observer)
    {
        _run = run;
        _plan = plan;
        _observer = observer;
    }

    /// <summary>The machine.</summary>
    public SimHost Host { get; set; } = null!;

    /// <summary>The job stores, if they are kept as the product keeps them; null keeps them as objects.</summary>
    internal NodeFiles? Files { get; init; }

    /// <summary>The core while the node runs and has recovered; else null.</summary>
    public NodeCore? Core => Host.IsRunning ? _core : null;

    /// <summary>Its disk's identity.</summary>
    public NodeIdentity Identity => _identity;

    /// <summary>Whether the disk that the identity was read from is still there.</summary>
    public bool HasItsDisk => Host.Incarnation == _incarnation;

    /// <summary>The checkers' views of the replicas here.</summary>
    public IReadOnlyDictionary<GroupId, ReplicaWatch> Watches => _watches;

    /// <summary>Replicas of this node's disks that are lost for good.</summary>
    public HashSet<(GroupId Group, ReplicaId Replica)> Lost { get; } = [];

    /// <summary>Whether its disks may have lost a group's replica, and it has not met the damage yet.</summary>
    public bool MayHaveLost(GroupId group) =>
        Host.LogDisk.HasHiddenFlip || Host.CheckpointDisk.IsDamaged(ImageKey(group));

    private NodeId Id => new(Host.Address);

    private MonoMs Now => Host.Clock.Mono;

    /// <inheritdoc/>
    public void Crash(CrashKind kind)
    {
        CheckSlots();
        _observer.NodeCrashed(Id);
        _core = null;
        _watches.Clear();
        _endedWatches.Clear();
        _staged.Clear();
        _images.Clear();
        _stores.Clear();
        Files?.Crash(kind);
        ForgetAll();
    }

    /// <inheritdoc/>
    public void OnMessage(in SimMessage message)
    {
        if (_core is null)
        {
            return;
        }

        if (message.Lane == CallLane)
        {
            TakeCall(message.Attachment!);
        }
        else if (message.Lane == MessageLane)
        {
            TakeNodeMessage(message.Bytes);
        }
        else
        {
            var error = _core.Engine.Receive(message.Bytes, Now);
            if (error != ErrorCode.None)
            {
                _run.World.Violate("peer-batch", $"node {Id} refused a batch of {message.From}: {error}");
            }
        }

        Turn();
    }

    /// <inheritdoc/>
    public void OnTimer() => Turn();

    /// <summary>Turns until the core has nothing more to give out, then sleeps till its next deadline.</summary>
    public void Turn()
    {
        if (_core is null || !Host.IsRunning)
        {
            return;
        }

        var turns = 0;
        do
        {
            TurnOnce(_core);
            if (++turns > TurnsMax)
            {
                _run.World.Violate("endless-turn", _core.Describe(Now));
                return;
            }
        }
        while (Host.IsRunning && _core.HasWork(Now));

        if (Host.IsRunning)
        {
            Host.SetTimer(_core.NextDeadline(Now));
        }
    }

    private void TurnOnce(NodeCore core)
    {
        SampleClock(core);
        core.Advance(Now, _output);
        var engine = _output.Engine;
        NoteClocks(_output);
        ObserveTouched(core, engine);
        Prepare(core, engine);
        if (!WriteLog(engine) || !SendBatches(core, engine) || Host.ShouldCrashHere(CrashPoint.AfterSend))
        {
            return;
        }

        foreach (var range in engine.Applies)
        {
            core.Apply(range, Now, _output);
        }

        CheckWatermarks(core);
        if (engine.Applies.Count > 0 && Host.ShouldCrashHere(CrashPoint.AfterApply))
        {
            return;
        }

        _output.Damaged.ForEach(group => LoseReplica(core, group));
        SendAnswers();
        ReadForPeers(core, engine);
        TakeImages(core, engine);
        TakeWanted(core, engine);
        BeginCheckpoints(core);
        PlanSends();
        TellDuties(core);
        _output.Clear();
    }

    private void ObserveTouched(NodeCore core, EngineOutput engine)
    {
        foreach (var batch in engine.Logs)
        {
            _observer.Raft.BatchSealed(Id, batch.Number);
        }

        foreach (var group in engine.Touched)
        {
            if (core.Engine.Find(group) is { } raft && _watches.TryGetValue(group, out var watch))
            {
                _observer.Raft.Observe(watch, raft);
            }
        }

        foreach (var change in engine.RoleChanges)
        {
            if (change.Role == RaftRole.Leader)
            {
                _run.World.Count(NodeCounters.Elections);
            }
        }
    }

    private bool WriteLog(EngineOutput engine)
    {
        if (engine.Logs.Count == 0)
        {
            return true;
        }

        foreach (var batch in engine.Logs)
        {
            foreach (var operation in batch.Operations)
            {
                Host.LogDisk.Write(operation.Slot, operation.Offset, operation.Bytes.Span);
            }
        }

        if (Host.ShouldCrashHere(CrashPoint.BeforeSync))
        {
            return false;
        }

        _newestWritten = engine.Logs[^1].Number;
        NoteEnds();
        SyncWritten();
        return true;
    }

    private bool SendBatches(NodeCore core, EngineOutput engine)
    {
        foreach (var batch in engine.Batches)
        {
            CheckLeaving(batch);
            _run.Network.Send(Host, batch.Peer.Value, (int)batch.Lane - 1, batch.Bytes.Span);
            if (Host.ShouldCrashHere(CrashPoint.WithinSend))
            {
                return false;
            }
        }

        foreach (var message in _output.Messages)
        {
            _run.Network.Send(Host, message.To.Value, MessageLane, message.Bytes);
        }

        return core.Self == Id;
    }

    private void EndWatch(GroupId group)
    {
        if (_watches.Remove(group, out var watch))
        {
            _endedWatches[watch.Replica] = watch;
        }
    }

    /// <summary>One sync at a time, as a writer thread does it: what was written meanwhile shares the next.</summary>
    private void SyncWritten()
    {
        if (!_isSyncing && _newestWritten > _newestSynced)
        {
            _isSyncing = true;
            Host.LogDisk.Sync(_newestWritten);
        }
    }

    private void CheckLeaving(in PeerBatch batch)
    {
        var body = batch.Bytes[PeerBatchHeader.Bytes..^PeerBatchHeader.TrailerBytes];
        var position = 0;
        while (position < body.Length)
        {
            var isRead = RaftMessageCodec.TryRead(body, ref position, out var message);
            Invariant.Require(isRead);
            if (_watches.TryGetValue(message.Group, out var watch) && watch.Replica == message.From)
            {
                _observer.Raft.MessageLeft(watch, message);
            }
            else if (_endedWatches.TryGetValue(message.From, out var ended))
            {
                // It waited for its turn when its replica was ended.
                RaftChecker.CommitLeft(ended, message);
            }
        }
    }

    private void Prepare(NodeCore core, EngineOutput engine)
    {
        foreach (var prepare in engine.Prepares)
        {
            core.Engine.OnPrepared(prepare.Slot, Host.LogDisk.TryPrepare(prepare.Slot), Now);
        }

        foreach (var location in engine.RewriteReads)
        {
            var bytes = new byte[location.Length];
            Host.LogDisk.TryRead(location.Slot, location.Offset, bytes);
            if (!core.Engine.OnRewriteRead(location, bytes))
            {
                LoseReplica(core, location.Group);
            }
        }
    }
}
