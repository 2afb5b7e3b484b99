namespace TimeMachine.Core.Log;

/// <summary>Replays what counts, record by record, into the groups.</summary>
internal sealed class RecoveryReplay
{
    private readonly SortedDictionary<int, GroupRecovery> _groups = [];
    private readonly HashSet<ulong> _deadIds = [];

    /// <summary>The replica ids that were ended, oldest first.</summary>
    public List<DeadReplica> Dead { get; } = [];

    /// <summary>The live and damaged groups, by id.</summary>
    public IEnumerable<GroupRecovery> Groups => _groups.Values;

    /// <summary>Whether records of unknown groups are lost.</summary>
    public bool IsFramingLost { get; private set; }

    /// <summary>How many bad records, batches and segments there are.</summary>
    public int DamageCount { get; private set; }

    /// <summary>Replays a plan.</summary>
    public static RecoveryReplay Of(RecoveryPlan plan)
    {
        var replay = new RecoveryReplay();
        if (plan.IsSegmentLost)
        {
            replay.Replay(plan.DetachedStretches);
            replay.LoseSegment();
        }

        replay.Replay(plan.Stretches);
        return replay;
    }

    /// <summary>The groups as they are to be reported.</summary>
    public List<RecoveredGroup> Finish()
    {
        var finished = new List<RecoveredGroup>(_groups.Count);
        foreach (var group in _groups.Values)
        {
            finished.Add(group.Finish());
        }

        return finished;
    }

    private void Replay(List<LogStretch> stretches)
    {
        var walk = new RecordWalk();
        var expected = 0L;
        foreach (var stretch in stretches)
        {
            var isNumberLost = expected != 0 && !stretch.IsHole && stretch.Header.Number != expected;
            if (isNumberLost)
            {
                LoseFraming();
            }

            walk.Walk(stretch);
            foreach (var record in walk.Records)
            {
                Take(record, stretch.Segment);
            }

            if (!walk.IsComplete)
            {
                LoseFraming();
            }
            else if (stretch.IsHole)
            {
                DamageCount++;
            }

            expected = stretch.IsHole ? 0 : stretch.Header.Number + 1;
        }
    }

    private void Take(in FoundRecord record, FoundSegment segment)
    {
        DamageCount += record.IsPayloadGood ? 0 : 1;
        if (!record.IsHeaderGood)
        {
            Find(record.Group).MarkDamaged();
            return;
        }

        if (record.Header.Kind == LogRecordKind.GroupEnd)
        {
            End(record.Header);
            return;
        }

        // A dead replica id never comes back, whatever a record says.
        if (_deadIds.Contains(record.Header.Replica.Value))
        {
            return;
        }

        var isBirth = record.Header.Kind == LogRecordKind.GroupStart && record.Header.Origin == LogRecordOrigin.New;
        var group = Find(record.Group);
        if (isBirth && group.Replica != ReplicaId.None && group.Replica != record.Header.Replica)
        {
            AddDead(new DeadReplica(record.Group, group.Replica, 0));
        }

        group.Take(record, segment);
    }

    private void End(in RecordHeader header)
    {
        AddDead(new DeadReplica(header.Group, header.Replica, header.Epoch));
        if (!_groups.TryGetValue(header.Group.Value, out var group))
        {
            return;
        }

        // A new end is that of the group's only replica, even if the birth of it is lost.
        if (header.Origin == LogRecordOrigin.New || group.Replica == header.Replica)
        {
            AddDead(new DeadReplica(header.Group, group.Replica, 0));
            _groups.Remove(header.Group.Value);
        }
    }

    private void AddDead(DeadReplica dead)
    {
        if (dead.Replica == ReplicaId.None)
        {
            return;
        }

        if (_deadIds.Add(dead.Replica.Value))
        {
            Dead.Add(dead);
            return;
        }

        var at = Dead.FindIndex(other => other.Replica == dead.Replica);
        Dead[at] = dead.Epoch > Dead[at].Epoch ? dead : Dead[at];
    }

    private GroupRecovery Find(GroupId id)
    {
        if (!_groups.TryGetValue(id.Value, out var group))
        {
            group = new GroupRecovery(id);
            _groups.Add(id.Value, group);
            if (IsFramingLost)
            {
                // Its first records may be among the lost: nothing before proves the contrary.
                group.MarkDamaged();
            }
        }

        return group;
    }

    private void LoseFraming()
    {
        IsFramingLost = true;
        DamageCount++;
        foreach (var group in _groups.Values)
        {
            group.MarkSuspect();
        }
    }

    // Record numbers prove nothing across a lost segment: what lies before it may be of a life that was cut.
    private void LoseSegment()
    {
        IsFramingLost = true;
        DamageCount++;
        foreach (var group in _groups.Values)
        {
            group.MarkDamaged();
        }
    }
}
