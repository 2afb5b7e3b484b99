namespace TimeMachine.Core.Log;

/// <summary>A segment file as it was found at start, already synced by the caller.</summary>
/// <param name="Slot">Its number, from 0.</param>
/// <param name="Bytes">Its content; a shorter one than the segment size counts as cut.</param>
public readonly record struct SegmentImage(int Slot, ReadOnlyMemory<byte> Bytes);
