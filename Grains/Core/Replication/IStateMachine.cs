using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Replication;

/// <summary>What a group replicates: applies committed entries in order, alike on every replica.</summary>
public interface IStateMachine
{
    /// <summary>The last applied entry.</summary>
    public LogIndex Applied { get; }

    /// <summary>An order-free hash of the logical state: equal on all replicas at equal applied index.</summary>
    public UInt128 ContentHash { get; }

    /// <summary>Applies the next entry.</summary>
    /// <param name="index">Its index: one above <see cref="Applied"/>.</param>
    /// <param name="term">Its term.</param>
    /// <param name="kind">What it carries; only commands change state.</param>
    /// <param name="payload">The encoded commands.</param>
    /// <param name="output">Takes the answers and effects.</param>
    /// <exception cref="InvariantViolationException">The index is not the next, or the payload is
    /// malformed.</exception>
    public void Apply(LogIndex index, Term term, EntryKind kind, ReadOnlyMemory<byte> payload, ApplyOutput output);

    /// <summary>Writes into the store what is kept in memory, so that the rows alone are the whole state.</summary>
    public void WriteCheckpoint();
}
