namespace TimeMachine.Core.Log;

/// <summary>Where an entry's record lies, and what it must be: the reader checks all of it.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Index">Its log index.</param>
/// <param name="Epoch">The epoch of the segment; the bytes of a recycled slot do not verify.</param>
/// <param name="Slot">The segment file.</param>
/// <param name="Offset">Where the record begins, in bytes.</param>
/// <param name="Length">Header and payload, in bytes.</param>
public readonly record struct LogLocation(GroupId Group, LogIndex Index, uint Epoch, int Slot, int Offset, int Length);
