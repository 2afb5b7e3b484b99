using TimeMachine.Core.Raft;

namespace TimeMachine.Core.Tests.Raft;

/// <summary>An entry on a test's disk.</summary>
internal sealed record SavedEntry(Term Term, EntryKind Kind, byte[] Payload);

/// <summary>What one Ready wanted written, with what leaves after it.</summary>
internal sealed record DiskWrite
{
    public HardState? HardState { get; init; }

    public required LogIndex First { get; init; }

    public required List<SavedEntry> Entries { get; init; }

    public required LogIndex LastIndex { get; init; }

    public required Term LastTerm { get; init; }

    public required HardState InForce { get; init; }

    public required List<RaftMessage> Messages { get; init; }
}
