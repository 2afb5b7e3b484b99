namespace TimeMachine.Simulation.Mutants;

/// <summary>Deliberate bugs of one group's consensus.</summary>
internal static class RaftMutants
{
    private const string Core = "RaftCore.cs";
    private const string Election = "RaftCore.Election.cs";
    private const string Leadership = "RaftCore.Leadership.cs";
    private const string Replication = "RaftCore.Replication.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("ack-before-sync", Replication,
            "_afterPersist.Add(To(leader, RaftMessageKind.AppendResponse)",
            "_messages.Add(To(leader, RaftMessageKind.AppendResponse)"),
        new("vote-before-sync", Election,
            "_afterPersist.Add(To(message.From, kind)", "_messages.Add(To(message.From, kind)"),
        new("own-count-before-sync", Replication,
            "PersistedIndex.Value : MatchOf", "Log.LastIndex.Value : MatchOf"),
        new("truncate-on-match", Replication,
            "if (Log.Matches(index, term))", "if (Log.Matches(index, term) && index > Log.LastIndex)"),
        new("commit-old-term-by-count", Replication,
            "if (reached > CommitIndex && Log.TermAt(reached) == Term)", "if (reached > CommitIndex)"),
        new("commit-beyond-the-message", Replication,
            "CommitThrough(message.Commit < covered ? message.Commit : covered);",
            "CommitThrough(message.Commit < Log.LastIndex ? message.Commit : Log.LastIndex);"),
        new("heartbeat-commits-unmatched", Leadership,
            "var known = progress.Match < CommitIndex ? progress.Match : CommitIndex;", "var known = CommitIndex;"),
        new("wrong-vote-comparison", Election,
            "term > Log.LastTerm || (term == Log.LastTerm && index >= Log.LastIndex);", "index >= Log.LastIndex;"),
        new("vote-for-shorter-log", Election,
            "(term == Log.LastTerm && index >= Log.LastIndex);", "term == Log.LastTerm;"),
        new("vote-twice", Election, "return (Vote == message.From || isFree) &&", "return"),
        new("vote-forgotten-in-its-term", Election, "if (term > Term)", "if (term >= Term)"),
        new("no-check-quorum", Leadership,
            "if (QuorumHeardAt(now) < now - _options.ElectionMaxMs)",
            "if (QuorumHeardAt(now) < now - (1_000_000L * _options.ElectionMaxMs))"),
        new("two-changes-under-way", Leadership,
            "if (ConfigurationIndex > CommitIndex)", "if (ConfigurationIndex > CommitIndex + 1_000)"),
        new("read-without-a-round", Leadership,
            "_waitingReads.Add((token, _round + 1, CommitIndex));", "_waitingReads.Add((token, 0, CommitIndex));"),
        new("apply-unpersisted", Core,
            "CommitIndex < PersistedIndex ? CommitIndex : PersistedIndex;", "CommitIndex;"),
        new("hard-state-not-written", Core,
            "ready.MustPersistHardState = HasHardState;", "ready.MustPersistHardState = HasHardState && Vote == Self;"),
    ];
}
