namespace TimeMachine.Simulation.Checkers.Raft;

/// <summary>Elections, terms, commits and configurations, as the core shows them.</summary>
public sealed partial class RaftChecker
{
    /// <summary>Call it after every event for each group whose core took a step.</summary>
    public void Observe(ReplicaWatch watch, in ReplicaState state)
    {
        var before = watch.State;
        if (before == state)
        {
            return;
        }

        watch.State = state;
        CheckMonotonic(watch, before, state);
        if (state.IsLeader && (!before.IsLeader || before.Term != state.Term))
        {
            CheckElected(watch, state);
        }

        if (state.Last < watch.Log.Last)
        {
            violations.Add("truncate-matching", $"{watch} cut its log at {state.Last} of {watch.Log.Last} for nothing");
            watch.Log.TruncateFrom(state.Last + 1);
        }

        if (state.Commit > before.Commit)
        {
            CheckTold(watch, before, state);
            CheckCommits(watch, before.Commit, state);
        }
    }

    /// <summary>A message leaves that lets its receiver commit up to an index.</summary>
    /// <param name="watch">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="commit">The index, bounded by what the message covers.</param>
    public static void CommitTold(ReplicaWatch watch, ReplicaId to, LogIndex commit)
    {
        ArgumentNullException.ThrowIfNull(watch);
        watch.Shadow.Tell(to, commit);
    }

    /// <summary>
    /// Call it when <c>ConfigurationIndex</c> of a core changed (and once behind <see cref="Open"/>).
    /// </summary>
    /// <param name="watch">The replica.</param>
    /// <param name="index">The configuration's index.</param>
    /// <param name="voters">Its voters; the list is kept, so it must not change.</param>
    public void ConfigurationObserved(ReplicaWatch watch, LogIndex index, IReadOnlyList<ReplicaId> voters)
    {
        CheckSingleChange(watch, index, voters);
        watch.ConfigurationIndex = index;
        watch.Voters = voters;
    }

    /// <remarks>Thesis 4.1: majorities of neighbours overlap only if they differ by at most one voter.</remarks>
    private void CheckSingleChange(ReplicaWatch watch, LogIndex index, IReadOnlyList<ReplicaId> voters)
    {
        if (!watch.Log.TryGet(index, out var item))
        {
            return;
        }

        var known = watch.Shadow.Configurations;
        known.TryAdd((index, item.Chain), voters);
        var before = watch.Log.LastConfigurationBefore(index);
        if (!watch.Log.TryGet(before, out var old) || !known.TryGetValue((before, old.Chain), out var oldVoters))
        {
            return;
        }

        if (index > before && voters.Except(oldVoters).Count() + oldVoters.Except(voters).Count() > 1)
        {
            violations.Add("membership", $"{watch} changed more than one voter at {index}");
        }
    }

    private void CheckMonotonic(ReplicaWatch watch, in ReplicaState before, in ReplicaState now)
    {
        if (now.Term < before.Term)
        {
            violations.Add("term-monotonic", $"{watch} went from term {before.Term} to {now.Term}");
        }

        if (now.Term == before.Term && before.Vote != default && now.Vote != before.Vote)
        {
            violations.Add("vote-monotonic", $"{watch} changed its vote in term {now.Term}");
        }

        if (now.Commit < before.Commit)
        {
            violations.Add("commit-monotonic", $"{watch} took its commit index back "
                + $"from {before.Commit} to {now.Commit}");
        }
    }

    private void CheckElected(ReplicaWatch watch, in ReplicaState state)
    {
        var shadow = watch.Shadow;
        if (shadow.Leaders.TryAdd(state.Term, watch.Replica))
        {
            reach.Hit(Reach.Elected);
        }
        else if (shadow.Leaders[state.Term] != watch.Replica)
        {
            violations.Add("election-safety", $"{watch} leads term {state.Term} beside {shadow.Leaders[state.Term]}");
        }

        if (watch.IsDead)
        {
            violations.Add("dead-replica", $"{watch} leads");
        }

        if (state.Term > shadow.Leader.Term)
        {
            shadow.Leader = (state.Term, watch.Replica, watch.Node);
        }

        CheckComplete(watch, state.Term);
    }

    /// <remarks>A leader elected by late grants need not hold what a later term committed meanwhile.</remarks>
    private void CheckComplete(ReplicaWatch watch, Term term)
    {
        var shadow = watch.Shadow;
        var index = shadow.Committed;
        while (index > shadow.CommittedBase && shadow.CommitAt(index).InTerm >= term)
        {
            index -= 1;
        }

        if (index <= shadow.CommittedBase || index < watch.Log.Base)
        {
            return;
        }

        if (!watch.Log.TryGet(index, out var item) || item.Chain != shadow.CommitAt(index).Chain)
        {
            violations.Add("leader-completeness", $"{watch} leads term {term} without the committed entry {index}");
        }
    }

    /// <remarks>Paper, figure 2: no further than the last entry that an append is known to match.</remarks>
    private void CheckTold(ReplicaWatch watch, in ReplicaState before, in ReplicaState state)
    {
        if (before.IsLeader || state.IsLeader)
        {
            watch.Shadow.Tell(watch.Replica, state.Commit);
        }
        else if (state.Commit > watch.Shadow.ToldOf(watch.Replica))
        {
            violations.Add("commit-told", $"{watch} committed {state.Commit}, "
                + $"leaders told it {watch.Shadow.ToldOf(watch.Replica)}");
        }
    }

    private void CheckCommits(ReplicaWatch watch, LogIndex before, in ReplicaState state)
    {
        var shadow = watch.Shadow;
        var from = before < watch.Log.Base ? watch.Log.Base : before;
        for (var index = from + 1; index <= state.Commit; index += 1)
        {
            if (!watch.Log.TryGet(index, out var item))
            {
                violations.Add("commit-range", $"{watch} committed {index}, its log ends at {watch.Log.Last}");
                return;
            }

            if (index > shadow.Committed)
            {
                AddCommit(watch, index, item, state.Term);
            }
            else if (index > shadow.CommittedBase && shadow.CommitAt(index).Chain != item.Chain)
            {
                violations.Add("state-machine-safety", $"{watch} committed another entry at {index}");
                return;
            }
        }
    }

    private void AddCommit(ReplicaWatch watch, LogIndex index, ShadowLog.Item item, Term inTerm)
    {
        var shadow = watch.Shadow;
        if (index != shadow.Committed + 1)
        {
            violations.Add("commit-range", $"{watch} committed {index} behind {shadow.Committed}");
            return;
        }

        shadow.Commits.Add(new GroupShadow.Commit(item.Term, item.Chain, inTerm));
        if (item.IsConfiguration)
        {
            reach.Hit(Reach.MembershipChanged);
        }

        if (index == watch.State.Commit)
        {
            CheckMajority(watch, index, item);
        }
    }

    private void CheckMajority(ReplicaWatch watch, LogIndex index, ShadowLog.Item item)
    {
        if (watch.Voters.Count == 0)
        {
            return;
        }

        var stored = 0;
        foreach (var voter in watch.Voters)
        {
            if (IsStored(watch.Shadow, voter, index, item.Chain))
            {
                stored++;
            }
        }

        if (stored <= watch.Voters.Count / 2)
        {
            violations.Add("commit-synced", $"{watch} committed {index} with {stored} of {watch.Voters.Count} synced");
        }

        if (watch.State.IsLeader && item.Term != watch.State.Term)
        {
            violations.Add("commit-term", $"{watch} committed {index} of term {item.Term} "
                + $"by count in {watch.State.Term}");
        }
    }

    /// <summary>A replica that is lost by now had synced what its disk held then: its acknowledgement may still be on
    /// its way, and counts.</summary>
    private static bool IsStored(GroupShadow shadow, ReplicaId voter, LogIndex index, ulong chain)
    {
        if (!shadow.Disks.TryGetValue(voter, out var disk))
        {
            return false;
        }

        return index < disk.Log.Base || (disk.Log.TryGet(index, out var item) && item.Chain == chain);
    }
}
