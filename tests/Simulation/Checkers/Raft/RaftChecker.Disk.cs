namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>What is appended, written and synced, and what leaves a node because of it.</summary>
public sealed partial class RaftChecker
{
    private readonly Dictionary<NodeId, NodeWrites> _writes = [];

    /// <summary>Call it for each Ready that is taken with something to persist, in the order they are taken.</summary>
    /// <param name="watch">The replica.</param>
    /// <param name="first">The index of the first entry to persist; ignored without entries.</param>
    /// <param name="entries">The entries to persist.</param>
    /// <param name="hard">The hard state to persist, or null.</param>
    public void ReadyTaken(ReplicaWatch watch, LogIndex first, ReadOnlySpan<EntryFact> entries, HardFact? hard)
    {
        if (entries.Length > 0)
        {
            CheckTruncation(watch, first, entries[0]);
            watch.Log.TruncateFrom(first);
            foreach (ref readonly var entry in entries)
            {
                CheckMembership(watch, entry);
                AppendOne(watch, entry);
            }
        }

        if (entries.Length > 0 || hard is not null)
        {
            var start = entries.Length > 0 ? first : default;
            WritesOf(watch.Node).Open.Add(new PendingWrite(watch, start, entries.ToArray(), hard, Reset: null));
        }
    }

    /// <summary>
    /// An image took the place of a replica's state, and of its log unless that holds the image's last entry on disk:
    /// call it when the core is told so.
    /// </summary>
    /// <param name="watch">The replica.</param>
    /// <param name="index">The image's applied index.</param>
    /// <param name="term">The term of the entry there.</param>
    /// <param name="contentHash">The content hash of the state loaded from the image.</param>
    public void ImageInstalled(ReplicaWatch watch, LogIndex index, Term term, UInt128 contentHash)
    {
        reach.Hit(Reach.SnapshotInstalled);
        if (index > watch.Shadow.Committed)
        {
            violations.Add("image", $"{watch} took an image at {index}, committed is {watch.Shadow.Committed}");
        }

        var isKept = index <= watch.State.Commit
            || (Holds(watch.Log, index, term) && Holds(watch.Disk.Log, index, term));
        if (!isKept)
        {
            ResetLog(watch, index, term);
            WritesOf(watch.Node).Open.Add(new PendingWrite(watch, default, [], Hard: null, (index, term)));
            watch.State = watch.State with { Last = index };
            watch.Persisted = index;
        }

        var commit = watch.State.Commit < index ? index : watch.State.Commit;
        watch.Shadow.Tell(watch.Replica, index);
        watch.State = watch.State with { Commit = commit };
        watch.Applied = index;
        CheckContent(watch, index, contentHash);
    }

    /// <summary>All that was taken on a node since the last call went into this log batch.</summary>
    public void BatchSealed(NodeId node, long batch)
    {
        var writes = WritesOf(node);
        writes.Sealed.Enqueue((batch, writes.Open));
        writes.Open = [];
    }

    /// <summary>
    /// The simulated disk of a node has synced this batch and all earlier ones: call it before the engine hears.
    /// </summary>
    public void BatchSynced(NodeId node, long batch)
    {
        var queue = WritesOf(node).Sealed;
        while (queue.TryPeek(out var oldest) && oldest.Batch <= batch)
        {
            foreach (var write in queue.Dequeue().Writes)
            {
                Sync(write);
            }
        }
    }

    /// <summary>
    /// A node's process ended: what it had not synced is forgotten here (recovery tells what the disk kept).
    /// </summary>
    public void NodeCrashed(NodeId node)
    {
        if (!_writes.Remove(node, out var writes))
        {
            return;
        }

        foreach (var write in writes.Sealed.SelectMany(batch => batch.Writes).Concat(writes.Open))
        {
            if (write.Reset is var (index, _))
            {
                write.Replica.Disk.MayBeReplacedFrom(index + 1);
            }

            if (write.Facts.Length > 0)
            {
                write.Replica.Disk.MayBeReplacedFrom(write.First);
            }
        }
    }

    /// <summary>A vote request (not a pre-vote) leaves its node: the candidate's own vote must be synced.</summary>
    public void VoteRequestLeft(ReplicaWatch watch, Term term) => CheckVote(watch, watch.Replica, term);

    /// <summary>A granted vote (not a pre-vote) leaves its node.</summary>
    public void VoteGrantLeft(ReplicaWatch watch, ReplicaId candidate, Term term)
    {
        CheckVote(watch, candidate, term);
        if (watch.IsDead)
        {
            violations.Add("dead-replica", $"{watch} voted in term {term}");
        }
    }

    /// <summary>An accepting <c>AppendResponse</c> leaves its node.</summary>
    /// <param name="watch">The sender.</param>
    /// <param name="term">The message's term.</param>
    /// <param name="index">The index up to which the sender says that it stores the leader's log.</param>
    public void AppendAckLeft(ReplicaWatch watch, Term term, LogIndex index)
    {
        var disk = watch.Disk;
        if (!disk.HasSynced(index, term))
        {
            violations.Add("ack-before-sync", $"{watch} acknowledged {index}, synced is {disk.Log.Last}");
        }

        if (term > disk.Term)
        {
            violations.Add("ack-before-sync", $"{watch} acknowledged in term {term}, synced is {disk.Term}");
        }

        if (watch.IsDead)
        {
            violations.Add("dead-replica", $"{watch} acknowledged {index}");
        }
    }

    private static bool Holds(ShadowLog log, LogIndex index, Term term) =>
        log.TryGet(index, out var item) && item.Term == term;

    /// <summary>
    /// A core counts its log as persisted up to an index: no write of it, or of what replaces it, is under way.
    /// </summary>
    public void PersistedCounted(ReplicaWatch watch, LogIndex persisted)
    {
        if (persisted <= watch.Persisted)
        {
            watch.Persisted = persisted;
            return;
        }

        watch.Persisted = persisted;
        var writes = WritesOf(watch.Node);
        var isUnderWay = writes.Open.Exists(write => IsAtOrBelow(write, watch, persisted))
            || writes.Sealed.Any(batch => batch.Writes.Exists(write => IsAtOrBelow(write, watch, persisted)));
        if (isUnderWay)
        {
            violations.Add("persisted-early", $"{watch} counts {persisted} as persisted, "
                + "a write of it is not synced");
        }
    }

    private void CheckVote(ReplicaWatch watch, ReplicaId candidate, Term term)
    {
        var disk = watch.Disk;
        if (disk.Term < term || (disk.Term == term && disk.Vote != candidate))
        {
            violations.Add("vote-before-sync", $"{watch} votes in {term}; synced is {disk.Term} for {disk.Vote}");
        }

        if (!watch.Shadow.Votes.TryAdd((watch.Replica, term), candidate)
            && watch.Shadow.Votes[(watch.Replica, term)] != candidate)
        {
            violations.Add("double-vote", $"{watch} voted twice in term {term}");
        }
    }

    private void CheckTruncation(ReplicaWatch watch, LogIndex first, in EntryFact fact)
    {
        if (first > watch.Log.Last)
        {
            if (first > watch.Log.Last + 1)
            {
                violations.Add("log-gap", $"{watch} appends {first} behind {watch.Log.Last}");
            }

            return;
        }

        reach.Hit(Reach.LogTruncated);
        if (watch.Log.TryGet(first, out var old) && old.Term == fact.Term)
        {
            violations.Add("truncate-matching", $"{watch} rewrites {first}, which matches");
        }

        if (first <= watch.State.Commit)
        {
            violations.Add("truncate-committed", $"{watch} cuts {first}, its commit index is {watch.State.Commit}");
        }
    }

    private void CheckMembership(ReplicaWatch watch, in EntryFact entry)
    {
        if (!entry.IsConfiguration || !watch.State.IsLeader || entry.Term != watch.State.Term)
        {
            return;
        }

        var open = watch.Log.LastConfigurationAbove(watch.State.Commit);
        if (open.Value != 0)
        {
            violations.Add("membership", $"{watch} begins a change while that at {open} is not committed");
        }
    }

    private static bool IsAtOrBelow(PendingWrite write, ReplicaWatch watch, LogIndex persisted) =>
        write.Replica == watch && write.Facts.Length > 0 && write.First <= persisted;

    private void Sync(PendingWrite write)
    {
        var disk = write.Replica.Disk;
        if (write.Reset is var (index, term))
        {
            var chain = write.Replica.Shadow.Chains.TryGetValue((index, term), out var known) ? known.Chain : 0;
            disk.Log.Reset(index, term, chain);
        }

        if (write.Facts.Length > 0)
        {
            disk.Replace(write.First, write.Facts[0].Term);
            foreach (ref readonly var fact in write.Facts.AsSpan())
            {
                disk.Log.Append(fact);
            }
        }

        if (write.Hard is { } hard)
        {
            CheckHardState(write.Replica, hard);
            (disk.Term, disk.Vote, disk.Commit) = (hard.Term, hard.Vote, hard.Commit);
        }
    }

    private void CheckHardState(ReplicaWatch watch, in HardFact hard)
    {
        var disk = watch.Disk;
        if (hard.Term < disk.Term)
        {
            violations.Add("disk-term", $"{watch} wrote term {hard.Term} over {disk.Term}");
        }

        if (hard.Term == disk.Term && disk.Vote != default && hard.Vote != disk.Vote)
        {
            violations.Add("disk-vote", $"{watch} wrote another vote in term {hard.Term}");
        }

        if (hard.Commit < disk.Commit)
        {
            violations.Add("disk-commit", $"{watch} wrote commit index {hard.Commit} over {disk.Commit}");
        }
    }

    private NodeWrites WritesOf(NodeId node)
    {
        if (!_writes.TryGetValue(node, out var writes))
        {
            _writes[node] = writes = new NodeWrites();
        }

        return writes;
    }

    private sealed class NodeWrites
    {
        public List<PendingWrite> Open { get; set; } = [];

        public Queue<(long Batch, List<PendingWrite> Writes)> Sealed { get; } = new();
    }
}
