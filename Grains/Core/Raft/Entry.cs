namespace TimeMachine.Core.Raft;

/// <summary>What an entry carries. Numbers are stable.</summary>
public enum EntryKind : byte
{
    /// <summary>Nothing: a leader's first entry.</summary>
    Empty = 1,

    /// <summary>Commands for the state machine.</summary>
    Commands = 2,

    /// <summary>An encoded <see cref="Raft.Configuration"/>, in force from its appending on.</summary>
    Configuration = 3,
}

/// <summary>An entry of a group's log as it stands in memory.</summary>
/// <param name="Index">Its position.</param>
/// <param name="Term">The term of the leader that made it.</param>
/// <param name="Kind">What it carries.</param>
/// <param name="Payload">The carried bytes.</param>
/// <param name="Slab">The memory that holds them; null if they are on their own.</param>
public readonly record struct Entry(
    LogIndex Index, Term Term, EntryKind Kind, ReadOnlyMemory<byte> Payload, PayloadSlab? Slab = null);

/// <summary>What a replica must not forget (paper, figure 2).</summary>
/// <param name="Term">The latest term seen.</param>
/// <param name="Vote">Who got the vote in it.</param>
/// <param name="Commit">A hint that rides along: entries up to here were known to be committed.</param>
public readonly record struct HardState(Term Term, ReplicaId Vote, LogIndex Commit);
