using TimeMachine.Core.Log;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Engine;

/// <summary>
/// Runs all Raft groups of a node on one log. Inputs are method calls between turns; <see cref="Advance"/> is the turn
/// and gives out one batch of records to write and sync once, one message batch a peer and lane, and what to apply.
/// One owner, no threads, no clock: the host passes the time in and carries the output out.
/// </summary>
/// <remarks>
/// The order: messages that acknowledge or vote are kept here until the host has reported the sync of
/// everything they speak of; a leader's appends leave at once.
/// </remarks>
public sealed partial class NodeEngine
{
    private readonly EngineOptions _options;
    private readonly NodeLog _log;
    private readonly PayloadArena _arena = new();
    private readonly ulong _session;
    private readonly List<GroupSlot> _open = [];
    private readonly Dictionary<NodeId, PeerLink> _links = [];
    private readonly List<PeerLink> _linkOrder = [];
    private readonly List<GroupSlot> _touched = [];
    private readonly List<ReplicaWanted> _wanted = [];
    private readonly List<ClockReading> _readings = [];
    private readonly List<ChunkArrival> _arrivals = [];
    private readonly HashSet<ReplicaId> _dead;
    private readonly List<GroupId> _ending = [];
    private GroupSlot?[] _slots = new GroupSlot?[16];
    private SplitMix64 _seeds;
    private long _heldBytes;
    private MonoMs _earliestDeadline;
    private MonoMs _nextHeartbeat;
    private MonoMs _nextCompaction;

    /// <summary>Makes an engine without groups.</summary>
    /// <param name="options">Limits and times.</param>
    /// <param name="self">This node.</param>
    /// <param name="log">The node's log, fresh or recovered; the engine owns it from now on.</param>
    /// <param name="deadReplicas">Replica ids of this node that must never vote or acknowledge again.</param>
    /// <param name="seed">A number that no other life of this process had: draws timeouts and the session.</param>
    public NodeEngine(
        EngineOptions options, NodeId self, NodeLog log, IEnumerable<ReplicaId> deadReplicas, ulong seed)
    {
        _options = options;
        _log = log;
        Self = self;
        _dead = [.. deadReplicas];
        _seeds = new SplitMix64(seed);
        _session = _seeds.Next() | 1;
    }

    /// <summary>This node.</summary>
    public NodeId Self { get; }

    /// <summary>The node's log, for reading locations and figures.</summary>
    public NodeLog Log => _log;

    /// <summary>The payload memory of all groups.</summary>
    public PayloadArena Arena => _arena;

    /// <summary>The groups that are open, in the order of their opening.</summary>
    public IEnumerable<RaftCore> Groups
    {
        get
        {
            foreach (var slot in _open)
            {
                yield return slot.Core;
            }
        }
    }

    /// <summary>Returns the group's Raft, or null if it is not open here.</summary>
    public RaftCore? Find(GroupId group) => Slot(group)?.Core;

    /// <summary>The replicas of this node that never speak again.</summary>
    public IReadOnlyCollection<ReplicaId> DeadReplicas => _dead;

    /// <summary>Whether a replica id is dead on this node.</summary>
    public bool IsDead(ReplicaId replica) => _dead.Contains(replica);

    /// <summary>Opens a replica that this node's log already knows.</summary>
    /// <param name="start">What the log and the checkpoint say.</param>
    /// <param name="restart">The configuration at the log's beginning, if the log on disk does not know of that
    /// beginning yet: it comes from an image that was made durable right before a crash. Else null.</param>
    /// <param name="now">The time.</param>
    /// <returns>False if the log has no room for the new beginning: nothing is opened.</returns>
    /// <exception cref="InvariantViolationException">The group is open, or the replica id is dead.</exception>
    public bool Open(in RaftStart start, Configuration? restart, MonoMs now)
    {
        Invariant.Require(Slot(start.Group) is null);
        Invariant.Require(!_dead.Contains(start.Self));
        if (restart is not null)
        {
            var (group, index, term) = (start.Group, start.Log.SnapshotIndex, start.Log.SnapshotTerm);
            var encoded = restart.Encode();
            if (!TryAppend(() => _log.RestartGroup(group, index, term, encoded)))
            {
                return false;
            }
        }

        var slot = new GroupSlot(new RaftCore(_options.Raft, start, _seeds.Next(), now)) { Checkpoint = start.Applied };
        if (start.Group.Value >= _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(start.Group.Value + 1, _slots.Length * 2));
        }

        _slots[start.Group.Value] = slot;
        _open.Add(slot);
        _log.SetCheckpoint(start.Group, start.Applied);
        _earliestDeadline = now;
        Touch(slot);
        return true;
    }

    /// <summary>Opens a replica that is born here and now, and writes its birth to the log.</summary>
    /// <param name="group">The group.</param>
    /// <param name="replica">An id that was never used.</param>
    /// <param name="configuration">The first configuration; empty for a learner that waits for its leader.</param>
    /// <param name="now">The time.</param>
    /// <returns>False if the log has no room for it just now, or had none for the end of the group's replica
    /// before.</returns>
    public bool Create(GroupId group, ReplicaId replica, Configuration configuration, MonoMs now)
    {
        Invariant.Require(!_dead.Contains(replica));
        if (IsEnding(group))
        {
            // The log still has the one before: its end found no room yet.
            return false;
        }

        var encoded = configuration.Encode();
        if (!TryAppend(() => _log.StartGroup(group, replica, default, default, encoded)))
        {
            return false;
        }

        var log = new RaftLog(_arena, default, default, configuration);
        return Open(new RaftStart { Group = group, Self = replica, Log = log, Arena = _arena }, restart: null, now);
    }

    /// <summary>Ends a replica for good: its id is dead on this node from the next sync on.</summary>
    public void Remove(GroupId group)
    {
        var slot = Require(group);
        foreach (var transfer in slot.Transfers.Values)
        {
            _imagesEnded.Add(transfer.ImageId);
        }

        _slots[group.Value] = null;
        _open.Remove(slot);
        _touched.Remove(slot);
        _heldBytes -= slot.HeldBytes;
        _arrivals.RemoveAll(arrival => arrival.Group == group);
        _waitingReads.RemoveAll(waiting => waiting.Slot == slot);
        Retire(group, slot.Core.Self);
    }

    /// <summary>Ends a replica that the log knows and that is not open here, because it is damaged.</summary>
    public void Retire(GroupId group, ReplicaId replica)
    {
        _dead.Add(replica);
        _ending.Add(group);
        EndRetired();
    }

    /// <summary>Whether a replica of the group is dead here and the log has no record of its end yet, for want of
    /// room.</summary>
    public bool IsEnding(GroupId group) => _ending.Contains(group);

    /// <summary>Writes the ends of retired replicas; what finds no room is tried again at each turn.</summary>
    private void EndRetired()
    {
        for (var i = _ending.Count - 1; i >= 0; i--)
        {
            var group = _ending[i];
            if (TryAppend(() => _log.EndGroup(group)))
            {
                _ending.RemoveAt(i);
            }
        }
    }

    /// <summary>Whether a majority of the group's voters' nodes told that their disks take no new work.</summary>
    public bool IsStorageFull(GroupId group)
    {
        var core = Require(group).Core;
        var ready = 0;
        var voters = 0;
        foreach (var member in core.Configuration.Members)
        {
            if (member.Kind == MemberKind.Voter)
            {
                voters++;
                ready += IsStorageFullOn(member.Node) ? 0 : 1;
            }
        }

        return ready < (voters / 2) + 1;
    }

    /// <summary>Whether a node told that its disk takes no new work: it is down to its reserve.</summary>
    public bool IsStorageFullOn(NodeId node) =>
        node == Self ? IsOwnStorageFull : _links.TryGetValue(node, out var link) && link.IsStorageFull;

    /// <summary>Whether the host has no room for what is applied, whatever the log has; told to the peers.</summary>
    public bool IsHostStorageFull { get; set; }

    private bool IsOwnStorageFull => IsHostStorageFull || _log.IsAtReserve;

    private GroupSlot? Slot(GroupId group) => (uint)group.Value < (uint)_slots.Length ? _slots[group.Value] : null;

    private GroupSlot Require(GroupId group)
    {
        var slot = Slot(group);
        Invariant.Require(slot is not null);
        return slot;
    }

    private void Touch(GroupSlot slot)
    {
        if (!slot.IsTouched)
        {
            slot.IsTouched = true;
            _touched.Add(slot);
        }
    }

    private PeerLink Link(NodeId peer)
    {
        if (!_links.TryGetValue(peer, out var link))
        {
            link = new PeerLink(peer);
            _links.Add(peer, link);
            _linkOrder.Add(link);
        }

        return link;
    }
}
