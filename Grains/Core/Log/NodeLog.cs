namespace TimeMachine.Core.Log;

/// <summary>
/// The log that all groups of a node share: what to write where, and what may be forgotten. It does no I/O: the caller
/// writes the batches in order, syncs each once, and reports that.
/// </summary>
/// <remarks>
/// One owner. A turn is: Append..., <see cref="Seal"/> (also with nothing appended: recycling rides along), write,
/// sync,
/// <see cref="OnSynced"/>. Several batches may be on their way; they are synced in order. A failed write or sync ends
/// the process. docs/formats/node-log.md describes the bytes and the rules of recovery.
/// </remarks>
public sealed partial class NodeLog
{
    private readonly LogOptions _options;
    private readonly Dictionary<int, GroupLog> _groups = [];
    private readonly List<GroupLog> _ordered = [];
    private readonly List<DeadReplica> _dead = [];
    private readonly HashSet<ulong> _deadIds = [];
    private readonly List<LogSegment> _segments = [];
    private readonly SlotTable _slots = new();
    private readonly Queue<LogBatch> _inFlight = [];
    private readonly Stack<LogBatch> _pool = [];
    private LogBatch _open = new();
    private LogSegment? _current;
    private LogPosition _tail;
    private LogPosition _synced;
    private uint _lastEpoch;
    private uint _oldestEpoch;
    private MonoMs _lastSealedAt;
    private bool _isMarkerWanted;

    internal NodeLog(LogOptions options)
    {
        options.Check();
        _options = options;
    }

    /// <summary>The sizes and bounds of this log.</summary>
    public LogOptions Options => _options;

    /// <summary>The last batch reported synced.</summary>
    public long SyncedBatch { get; private set; }

    /// <summary>The last batch sealed.</summary>
    public long SealedBatch { get; private set; }

    /// <summary>How many segments hold something that counts.</summary>
    public int SegmentCount => _segments.Count;

    /// <summary>The first entry that may still be read; the core compacts through the one before it.</summary>
    /// <exception cref="InvariantViolationException">The group has no live replica here.</exception>
    public LogIndex FirstKept(GroupId group) => Find(group).BaseIndex + 1;

    /// <summary>
    /// The bytes of the group's entries behind its checkpoint: each cycle of the log writes them again.
    /// </summary>
    /// <exception cref="InvariantViolationException">The group has no live replica here.</exception>
    public long LagBytes(GroupId group) => Find(group).LagBytes;

    /// <summary>Whether the group has a live or damaged replica here.</summary>
    public bool Has(GroupId group) => _groups.ContainsKey(group.Value);

    /// <summary>Whether the replica id was ended here: it never votes or acknowledges again.</summary>
    public bool IsDead(ReplicaId replica) => _deadIds.Contains(replica.Value);

    /// <summary>
    /// A durable checkpoint covers the entries up to <paramref name="index"/>; an older one has no effect.
    /// </summary>
    /// <exception cref="InvariantViolationException">No such group, or the index is behind its last entry.</exception>
    public void SetCheckpoint(GroupId group, LogIndex index)
    {
        var log = Find(group);
        Invariant.Require(index <= log.Entries.Last);
        log.SetCheckpoint(index);
        if (_victim is not null && !log.IsDamaged)
        {
            // What it covers need not be written again: a log without room for that could never end recycling.
            _rewrites.RemoveAll(location => location.Group == group);
            CollectRewrites(log, _victim);
        }
    }

    /// <summary>Where a kept and synced entry lies.</summary>
    /// <returns>False when it is not kept, or not reported synced yet (then it is still in memory).</returns>
    public bool TryLocate(GroupId group, LogIndex index, out LogLocation location)
    {
        location = default;
        if (!_groups.TryGetValue(group.Value, out var log) || log.IsDamaged || !log.Entries.Contains(index))
        {
            return false;
        }

        var spot = log.Entries[index];
        if (spot.Epoch == 0 || new LogPosition(spot.Epoch, spot.Offset) >= _synced)
        {
            return false;
        }

        location = new LogLocation(group, index, spot.Epoch, SlotOf(spot.Epoch), spot.Offset, spot.Length);
        return true;
    }

    private GroupLog Find(GroupId group)
    {
        var isKnown = _groups.TryGetValue(group.Value, out var log);
        Invariant.Require(isKnown);
        return log!;
    }

    private int SlotOf(uint epoch)
    {
        foreach (var segment in _segments)
        {
            if (segment.Epoch == epoch)
            {
                return segment.Slot;
            }
        }

        Invariant.Fail("an entry's segment is in use");
        return -1;
    }

    private void Add(GroupLog log)
    {
        _groups.Add(log.Group.Value, log);
        var at = _ordered.FindIndex(other => other.Group > log.Group);
        _ordered.Insert(at < 0 ? _ordered.Count : at, log);
    }
}
