using System.IO.Hashing;
using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>The five properties of figure 3 of the paper, and that promises are kept by disks.</summary>
internal sealed class GroupChecker
{
    private readonly Dictionary<Term, ReplicaId> _leaders = [];
    private readonly Dictionary<(ReplicaId, Term), LogIndex> _lastOfLeader = [];
    private readonly Dictionary<(LogIndex, Term), (Term Previous, ulong Payload)> _entries = [];
    private readonly Dictionary<LogIndex, ulong> _applied = [];
    private readonly Dictionary<LogIndex, Term> _committed = [];
    private readonly Dictionary<ReplicaId, (RaftCore Core, Term Term, LogIndex Commit, LogIndex Applied)> _seen = [];

    /// <summary>The highest index that any replica knew to be committed.</summary>
    public LogIndex Committed { get; private set; }

    public int LeaderCount => _leaders.Count;

    public int ImageCount { get; private set; }

    public void OnImage() => ImageCount++;

    /// <summary>Log Matching: an entry of an index and term has one content and one entry before it.</summary>
    public void OnAppended(RaftLog log, in Entry entry)
    {
        var fact = (log.TermAt(entry.Index - 1), XxHash3.HashToUInt64(entry.Payload.Span));
        Assert.True(_entries.TryAdd((entry.Index, entry.Term), fact) || _entries[(entry.Index, entry.Term)] == fact,
            $"two entries at {entry.Index} of term {entry.Term}");
    }

    /// <summary>State Machine Safety.</summary>
    public void OnApplied(LogIndex index, ulong hash) =>
        Assert.True(_applied.TryAdd(index, hash) || _applied[index] == hash, $"two states at {index}");

    /// <summary>Nothing is promised before it is on disk.</summary>
    public static void OnLeft(in RaftMessage message, TestDisk disk)
    {
        if (message.IsRejected)
        {
            return;
        }

        switch (message.Kind)
        {
            case RaftMessageKind.RequestVote:
                Assert.True(disk.HardState.Term >= message.Term, "asked before the own vote was synced");
                break;
            case RaftMessageKind.VoteResponse:
                Assert.True(disk.HardState.Term > message.Term || disk.HardState.Vote == message.To, "vote not synced");
                break;
            case RaftMessageKind.AppendResponse:
                Assert.True(disk.HardState.Term > message.Term || disk.LastIndex >= message.Index, "ack not synced");
                break;
            default:
                break;
        }
    }

    public void Observe(RaftCore core, List<RandomReplica> all)
    {
        if (core.Role == RaftRole.Leader)
        {
            ObserveLeader(core);
        }

        if (_seen.TryGetValue(core.Self, out var seen) && seen.Core == core)
        {
            Assert.True(core.Term >= seen.Term, "the term fell");
            Assert.True(core.CommitIndex >= seen.Commit, "the commit index fell");
            Assert.True(core.AppliedIndex >= seen.Applied, "the applied index fell");
        }

        _seen[core.Self] = (core, core.Term, core.CommitIndex, core.AppliedIndex);
        Assert.True(core.CommitIndex <= core.Log.LastIndex);
        Assert.True(core.PersistedIndex <= core.Log.LastIndex);
        if (core.CommitIndex > Committed)
        {
            ObserveCommit(core, all);
        }
    }

    private void ObserveLeader(RaftCore core)
    {
        Assert.True(_leaders.TryAdd(core.Term, core.Self) || _leaders[core.Term] == core.Self,
            $"two leaders of term {core.Term}");
        _lastOfLeader.TryGetValue((core.Self, core.Term), out var last);
        Assert.True(core.Log.LastIndex >= last, "a leader's log shrank");
        _lastOfLeader[(core.Self, core.Term)] = core.Log.LastIndex;
        if (Committed.Value > 0 && !_leaders.Keys.Any(term => term > core.Term))
        {
            AssertComplete(core);
        }
    }

    /// <summary>Leader Completeness: the newest leader has all that was committed before.</summary>
    private void AssertComplete(RaftCore leader)
    {
        var isBehindImage = Committed < leader.Log.SnapshotIndex;
        Assert.True(isBehindImage || leader.Log.Matches(Committed, _committed[Committed]),
            $"the leader of term {leader.Term} lacks the committed entry {Committed}");
    }

    /// <summary>Whoever learns first of a commit is its leader, and a quorum of disks holds the entry.</summary>
    private void ObserveCommit(RaftCore core, List<RandomReplica> all)
    {
        for (var index = Committed + 1; index <= core.CommitIndex; index += 1)
        {
            if (index >= core.Log.SnapshotIndex)
            {
                _committed[index] = core.Log.TermAt(index);
            }
        }

        Committed = core.CommitIndex;
        if (core.Role != RaftRole.Leader)
        {
            return;
        }

        var term = core.Log.TermAt(Committed);
        var holders = 0;
        foreach (var member in core.Configuration.Members)
        {
            var disk = all.Find(replica => replica.Id == member.Replica)!.Disk;
            var holds = disk.BaseIndex >= Committed || disk.TermAt(Committed) == term;
            holders += member.Kind == MemberKind.Voter && holds ? 1 : 0;
        }

        Assert.True(holders >= core.Configuration.Quorum, $"{Committed} is committed on {holders} disks");
    }
}
