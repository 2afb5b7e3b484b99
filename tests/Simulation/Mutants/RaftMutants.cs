namespace TimeMachine.Simulation.Mutants;

/// <summary>Deliberate bugs of one group's consensus.</summary>
internal static class RaftMutants
{
    private const string Election = "RaftCore.Election.cs";
    private const string Following = "RaftCore.Following.cs";
    private const string Leadership = "RaftCore.Leadership.cs";
    private const string Membership = "RaftCore.Membership.cs";
    private const string Ready = "RaftCore.Ready.cs";
    private const string Replication = "RaftCore.Replication.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("ack-before-sync", Following, "_afterPersist.Add(answer);", "_messages.Add(answer);"),
        new("vote-before-sync", Election,
            "var into = isGranted && !isPreVote ? _afterPersist : _messages;", "var into = _messages;"),
        new("own-count-before-sync", Replication,
            "QuorumOf(PersistedIndex.Value,", "QuorumOf(Log.LastIndex.Value,"),
        new("own-vote-before-sync", Election,
            "AskVotes(RaftMessageKind.RequestVote, Term, _afterPersist);",
            "AskVotes(RaftMessageKind.RequestVote, Term, _messages);"),
        new("truncate-on-match", Following,
            "if (Log.Matches(index, term))", "if (Log.Matches(index, term) && index > Log.LastIndex)"),
        new("commit-old-term-by-count", Replication,
            "if (reached > CommitIndex && Log.TermAt(reached) == Term)", "if (reached > CommitIndex)"),
        new("commit-beyond-the-message", Following,
            "CommitThrough(Lower(message.Commit, covered));", "CommitThrough(Lower(message.Commit, Log.LastIndex));"),
        new("heartbeat-commits-unmatched", Leadership,
            "var commit = Lower(peer.Match, CommitIndex);", "var commit = CommitIndex;"),
        new("wrong-vote-comparison", Election,
            "term > Log.LastTerm || (term == Log.LastTerm && index >= Log.LastIndex);", "index >= Log.LastIndex;"),
        new("vote-for-shorter-log", Election,
            "(term == Log.LastTerm && index >= Log.LastIndex);", "term == Log.LastTerm;"),
        new("vote-twice", Election,
            "return isFree && IsUpToDate(message.Index, message.LogTerm);",
            "return IsUpToDate(message.Index, message.LogTerm);"),
        new("vote-forgotten-in-its-term", Election, "if (term > Term)", "if (term >= Term)"),
        new("no-check-quorum", Leadership,
            "if (QuorumHeardAt(now) < now - _options.ElectionMaxMs)",
            "if (QuorumHeardAt(now) < now - (1_000_000L * _options.ElectionMaxMs))"),
        new("two-changes-under-way", Membership,
            "if (ConfigurationIndex > CommitIndex)", "if (ConfigurationIndex > CommitIndex + 1_000)"),
        new("read-without-a-round", "RaftCore.Reads.cs",
            "_waitingReads.Add((token, _round + 1, CommitIndex));", "_waitingReads.Add((token, 0, CommitIndex));"),
        new("apply-unpersisted", Ready,
            "private LogIndex Applicable => Lower(CommitIndex, PersistedIndex);",
            "private LogIndex Applicable => CommitIndex;"),
        new("hard-state-not-written", Ready,
            "ready.MustPersistHardState = HasNewHardState;",
            "ready.MustPersistHardState = HasNewHardState && Vote == Self;"),
        new("replaced-write-counts", Ready,
            "&& Log.Matches(index, term)\n        && (writtenInTerm >= _replacedInTerm || index < _replacedFrom);", ";",
            "A sync of an entry that was truncated since counts for the one that took its place."),
    ];
}
