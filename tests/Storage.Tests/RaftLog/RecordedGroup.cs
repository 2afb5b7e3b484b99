using TimeMachine.Core.Log;

namespace TimeMachine.Storage.Tests.RaftLog;

/// <summary>What a group of a recorded log must be after a batch.</summary>
/// <param name="Term">The term of its hard state.</param>
/// <param name="Vote">Its vote.</param>
/// <param name="Entries">Its entries from the first on.</param>
internal sealed record RecordedGroup(Term Term, ReplicaId Vote, IReadOnlyList<LogEntry> Entries)
{
    public static RecordedGroup New { get; } = new(default, ReplicaId.None, []);

    /// <summary>Behind an entry that replaces all from its index on.</summary>
    public RecordedGroup With(LogEntry entry) =>
        this with { Entries = [.. Entries.Take((int)entry.Index.Value - 1), entry] };

    /// <summary>Requires a group that is served to be exactly this one.</summary>
    public void ShouldBe(RecoveredGroup group, string where)
    {
        var isTheSame = group.Term == Term && group.Vote == Vote && group.Entries.Count == Entries.Count
            && group.Entries.Zip(Entries).All(static pair => IsTheSame(pair.First, pair.Second));
        Assert.True(isTheSame, $"{where}: group {group.Group} has term {group.Term}, {group.Entries.Count} entries");
    }

    private static bool IsTheSame(LogEntry left, LogEntry right) =>
        left.Index == right.Index && left.Term == right.Term && left.Payload.Span.SequenceEqual(right.Payload.Span);
}
