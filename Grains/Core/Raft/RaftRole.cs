namespace TimeMachine.Core.Raft;

/// <summary>What a replica does in its group just now.</summary>
public enum RaftRole : byte
{
    /// <summary>Follows a leader, or waits for one.</summary>
    Follower = 0,

    /// <summary>Asks whether an election would be won, without a new term (thesis 9.6).</summary>
    PreCandidate = 1,

    /// <summary>Asks for votes in a new term.</summary>
    Candidate = 2,

    /// <summary>Leads the group in its term.</summary>
    Leader = 3,
}
