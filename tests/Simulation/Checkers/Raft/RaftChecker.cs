namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>Checks Raft's promises after every event. Each hook costs what changed, not what is there.</summary>
/// <param name="violations">Where complaints go.</param>
/// <param name="reach">Counts of the interesting states.</param>
/// <remarks>Order in one event: <c>ReadyTaken</c> and <c>ConfigurationObserved</c> before
/// <c>Observe</c>, then what was applied, then what left. Raft paper, figure 3.</remarks>
public sealed partial class RaftChecker(ViolationLog violations, ReachCounters reach)
{
    private readonly Dictionary<GroupId, GroupShadow> _groups = [];

    /// <summary>Finds what is known of a group.</summary>
    public bool TryGetGroup(GroupId group, out GroupShadow shadow) => _groups.TryGetValue(group, out shadow!);

    /// <summary>All groups seen so far.</summary>
    public IEnumerable<GroupShadow> Groups => _groups.Values;

    /// <summary>A replica begins a life: new, or recovered from its disk. Call it before its first step.</summary>
    public ReplicaWatch Open(NodeId node, GroupId group, RecoveredReplica recovered)
    {
        if (!_groups.TryGetValue(group, out var shadow))
        {
            _groups[group] = shadow = new GroupShadow(group);
        }

        if (shadow.IsEmpty)
        {
            shadow.CommittedBase = recovered.BaseIndex;
            shadow.Chains[(recovered.BaseIndex, recovered.BaseTerm)] =
                new GroupShadow.Appended(0, violations.NowUs, node);
        }

        if (!shadow.Disks.TryGetValue(recovered.Replica, out var disk))
        {
            shadow.Disks[recovered.Replica] = disk = new DiskShadow();
        }

        var watch = new ReplicaWatch(node, shadow, recovered.Replica, disk);
        if (watch.IsDead)
        {
            violations.Add("dead-replica", $"{watch} lives again");
        }

        Load(watch, recovered);
        return watch;
    }

    /// <summary>A replica's disk was lost or found damaged: its id may never vote or acknowledge again.</summary>
    public void ReplicaDied(GroupId group, ReplicaId replica)
    {
        if (_groups.TryGetValue(group, out var shadow) && shadow.Dead.Add(replica))
        {
            reach.Hit(Reach.ReplicaDied);
        }
    }

    /// <summary>The true time at which the entry now committed at an index was first appended, and where.</summary>
    public bool TryGetAppended(GroupId group, LogIndex index, out long trueUs, out NodeId node)
    {
        trueUs = 0;
        node = NodeId.None;
        if (!_groups.TryGetValue(group, out var shadow) || index <= shadow.CommittedBase || index > shadow.Committed)
        {
            return false;
        }

        if (!shadow.Chains.TryGetValue((index, shadow.CommitAt(index).Term), out var appended))
        {
            return false;
        }

        (trueUs, node) = (appended.TrueUs, appended.Node);
        return true;
    }

    private void Load(ReplicaWatch watch, RecoveredReplica recovered)
    {
        ResetLog(watch, recovered.BaseIndex, recovered.BaseTerm);
        foreach (var fact in recovered.Entries)
        {
            AppendOne(watch, fact);
        }

        CheckRecovered(watch, recovered);
        watch.Disk.Recovered();
        var disk = watch.Disk;
        disk.Log.Reset(recovered.BaseIndex, recovered.BaseTerm, ChainAtBase(watch, recovered.BaseIndex));
        foreach (var fact in recovered.Entries)
        {
            disk.Log.Append(fact);
        }

        (disk.Term, disk.Vote) = (recovered.Hard.Term, recovered.Hard.Vote);
        watch.Applied = recovered.Applied;
        watch.Shadow.Tell(watch.Replica, recovered.Hard.Commit);
        watch.State = new ReplicaState
        {
            Term = recovered.Hard.Term,
            Vote = recovered.Hard.Vote,
            Commit = recovered.BaseIndex,
            Last = watch.Log.Last,
        };
        CheckContent(watch, recovered.Applied, recovered.ContentHash);
    }

    /// <summary>Whether an image, durable before its node ended, says that the group committed another entry at its
    /// index than the synced log has: what that log has there and behind was never committed, and is void.</summary>
    private static bool IsOtherPast(ReplicaWatch watch, RecoveredReplica recovered) =>
        watch.Disk.Log.TryGet(recovered.BaseIndex, out var synced) && synced.Term != recovered.BaseTerm
        && recovered.BaseIndex > watch.Shadow.CommittedBase && recovered.BaseIndex <= watch.Shadow.Committed
        && watch.Shadow.CommitAt(recovered.BaseIndex).Term == recovered.BaseTerm;

    private void CheckRecovered(ReplicaWatch watch, RecoveredReplica recovered)
    {
        var disk = watch.Disk;
        if (recovered.Hard.Term < disk.Term)
        {
            violations.Add("disk-term", $"{watch} recovered term {recovered.Hard.Term}, synced was {disk.Term}");
        }

        var isVoteLost = recovered.Hard.Term == disk.Term && disk.Vote != default && recovered.Hard.Vote != disk.Vote;
        if (isVoteLost)
        {
            violations.Add("disk-vote", $"{watch} recovered another vote in term {disk.Term}");
        }

        var last = disk.LastSure;
        if (last <= watch.Log.Base || last < disk.Log.Base)
        {
            return;
        }

        if (IsOtherPast(watch, recovered))
        {
            return;
        }

        var isSynced = disk.Log.TryGet(last, out var synced);
        if (!watch.Log.TryGet(last, out var item) || !isSynced || item.Chain != synced.Chain)
        {
            violations.Add("disk-log", $"{watch} lost synced entries: recovered to {watch.Log.Last} of {last}");
        }
    }

    private static ulong ChainAtBase(ReplicaWatch watch, LogIndex index) =>
        watch.Log.TryGet(index, out var item) ? item.Chain : 0;

    private void ResetLog(ReplicaWatch watch, LogIndex index, Term term)
    {
        ulong chain = 0;
        if (watch.Shadow.Chains.TryGetValue((index, term), out var known))
        {
            chain = known.Chain;
        }
        else if (index.Value != 0)
        {
            violations.Add("log-matching", $"{watch} begins at ({index}, {term}), which no log ever held");
        }

        watch.Log.Reset(index, term, chain);
    }

    private void AppendOne(ReplicaWatch watch, in EntryFact fact)
    {
        var chain = watch.Log.Append(fact);
        var key = (watch.Log.Last, fact.Term);
        if (!watch.Shadow.Chains.TryGetValue(key, out var known))
        {
            watch.Shadow.Chains[key] = new GroupShadow.Appended(chain, violations.NowUs, watch.Node);
        }
        else if (known.Chain != chain)
        {
            violations.Add("log-matching", $"{watch} holds another log up to ({key.Last}, {key.Term})");
        }
    }
}
