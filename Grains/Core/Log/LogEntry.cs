namespace TimeMachine.Core.Log;

/// <summary>One entry of a group's Raft log as it lies in the node log.</summary>
/// <param name="Index">Its log index.</param>
/// <param name="Term">Its term.</param>
/// <param name="Kind">Its kind; only <see cref="LogFormat.ConfigurationEntryKind"/> means something to the log.</param>
/// <param name="Payload">Its bytes: a slice of what was read, not a copy.</param>
public readonly record struct LogEntry(LogIndex Index, Term Term, byte Kind, ReadOnlyMemory<byte> Payload);
