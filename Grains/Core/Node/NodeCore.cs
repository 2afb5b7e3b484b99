using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Raft;
using TimeMachine.Core.Replication;
using TimeMachine.Core.Routes;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Node;

/// <summary>
/// One node, whole and pure: the engine, the replicas' state machines, the calls of clients. The host carries bytes
/// to disks and peers and reports what became of them; it decides nothing.
/// </summary>
public sealed partial class NodeCore
{
    private readonly NodeOptions _options;
    private readonly CheckpointPolicy _checkpoints;
    private readonly Dictionary<GroupId, GroupReplica> _replicas = [];
    private readonly List<GroupReplica> _order = [];

    /// <summary>Makes a node without replicas.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="engine">Its engine, fresh.</param>
    /// <param name="incarnation">The random number on its disk.</param>
    /// <param name="seed">A number that no other life of this process had.</param>
    public NodeCore(NodeOptions options, NodeEngine engine, ulong incarnation, ulong seed)
    {
        var draws = new SplitMix64(seed);
        _options = options;
        Engine = engine;
        Clock = new DueClock(engine.Self, options.Clock);
        Routes = new RouteTable();
        Gate = new RouteGate(options.Gate, engine.Self, incarnation, draws.Next(), Routes);
        Trigger = new TriggerEngine(options.Trigger, draws.Next(), Routes, Gate, Clock);
        _checkpoints = new CheckpointPolicy(options.Checkpoints);
    }

    /// <summary>The engine.</summary>
    public NodeEngine Engine { get; }

    /// <summary>This node.</summary>
    public NodeId Self => Engine.Self;

    /// <summary>The replicas, in the order of their opening.</summary>
    public IReadOnlyList<GroupReplica> Replicas => _order;

    /// <summary>Finds a replica; null if the node has none of that group.</summary>
    public GroupReplica? Find(GroupId group) => _replicas.GetValueOrDefault(group);

    /// <summary>Opens a replica that the disk knows.</summary>
    /// <param name="recovered">What log and store say; it is to be opened.</param>
    /// <param name="store">Its rows.</param>
    /// <param name="now">The time.</param>
    /// <returns>False if its rows are of an image that the log has no room to begin behind.</returns>
    public bool Open(in RecoveredReplica recovered, IRowStore store, MonoMs now)
    {
        Invariant.Require(recovered.Verdict == ReplicaVerdict.Open);
        if (!Engine.Open(recovered.Start, recovered.MustRestartLog ? recovered.Point.Configuration : null, now))
        {
            return false;
        }

        Add(new GroupReplica(
            recovered.Start.Group, store, LoadMachine(recovered.Start.Group, store), recovered.Point));
        return true;
    }

    /// <summary>Begins a replica that never was.</summary>
    /// <param name="group">The group.</param>
    /// <param name="replica">Its id, never used before.</param>
    /// <param name="configuration">The group's first configuration; empty for a learner.</param>
    /// <param name="store">An empty store.</param>
    /// <param name="now">The time.</param>
    /// <returns>False if the log has no room just now.</returns>
    public bool Create(GroupId group, ReplicaId replica, Configuration configuration, IRowStore store, MonoMs now)
    {
        if (!Engine.Create(group, replica, configuration, now))
        {
            return false;
        }

        var point = new AppliedPoint(default, default, configuration);
        Add(new GroupReplica(group, store, LoadMachine(group, store), point));
        return true;
    }

    /// <summary>Ends a replica for good.</summary>
    public void Remove(GroupId group, MonoMs now, NodeOutput output)
    {
        if (_replicas.Remove(group, out var replica))
        {
            Disarm(replica, now, output);
            LoseAll(replica, now, output);
            _order.Remove(replica);
            _checkpoints.Remove(group);
            Engine.Remove(group);
        }
    }

    /// <summary>A checkpoint ended.</summary>
    /// <param name="group">The group.</param>
    /// <param name="index">The applied index that is durable now; the earlier one if it failed.</param>
    /// <param name="now">The time.</param>
    public void OnCheckpointEnded(GroupId group, LogIndex index, MonoMs now)
    {
        _checkpoints.OnEnded(group, index, now);
        if (Find(group) is { IsDamaged: false })
        {
            Engine.OnCheckpoint(group, index);
        }
    }

    /// <summary>
    /// The last part of an image is there: asks whether to make it the replica's durable state. No checkpoint begins
    /// until <see cref="InstallImage"/> takes it or <see cref="FailImage"/>; one that runs already is older and must be
    /// durable first.
    /// </summary>
    /// <returns>False if the replica is as far by itself; the host drops the image.</returns>
    public bool BeginInstall(in ChunkArrival arrival)
    {
        if (Find(arrival.Group) is not { IsDamaged: false } replica || replica.Point.Index >= arrival.Index)
        {
            Engine.OnImageFailed(arrival);
            return false;
        }

        _checkpoints.Hold(arrival.Group, arrival.ImageId);
        return true;
    }

    /// <summary>An image could not be made durable; the leader sends it again.</summary>
    public void FailImage(in ChunkArrival arrival)
    {
        _checkpoints.Release(arrival.Group, arrival.ImageId);
        Engine.OnImageFailed(arrival);
    }

    /// <summary>An image is durable: its rows take the place of the replica's.</summary>
    /// <returns>False if they do not: they are no whole image, or the image is not wanted any more. The host makes the
    /// rows before it durable again, then calls <see cref="FailImage"/>.</returns>
    public bool InstallImage(in ChunkArrival arrival, IRowStore store, MonoMs now, NodeOutput output)
    {
        var old = Find(arrival.Group);
        if (old is null || !AppliedPoint.TryRead(store, out var point) || point.Index != arrival.Index
            || !Engine.OnImageInstalled(arrival))
        {
            return false;
        }

        Disarm(old, now, output);
        LoseAll(old, now, output);
        _order.Remove(old);
        _checkpoints.Remove(arrival.Group);
        Add(new GroupReplica(arrival.Group, store, LoadMachine(arrival.Group, store), point));
        return true;
    }

    private void Add(GroupReplica replica)
    {
        _replicas[replica.Group] = replica;
        _order.Add(replica);
        _checkpoints.Add(replica.Group, replica.Point.Index);
    }

    private void LoseAll(GroupReplica replica, MonoMs now, NodeOutput output)
    {
        foreach (var entry in replica.Proposed.TakeAll())
        {
            AnswerAll(entry, new JobAnswer(ErrorCode.OutcomeUnknown), now, output);
        }

        foreach (var (token, _) in replica.Reads)
        {
            AnswerRead(token, new JobAnswer(ErrorCode.NotLeader), now, output);
        }

        replica.Reads.Clear();
        LoseReads(replica.Group, now, output);
    }

    /// <summary>Reads that wait for a round of heartbeats: their group will not say any more what became of them.
    /// </summary>
    private void LoseReads(GroupId group, MonoMs now, NodeOutput output)
    {
        var lost = new List<ulong>();
        foreach (var (read, pending) in _reads)
        {
            if (pending.Group == group)
            {
                lost.Add(read);
            }
        }

        lost.ForEach(read => AnswerRead(read, new JobAnswer(ErrorCode.NotLeader), now, output));
    }
}
