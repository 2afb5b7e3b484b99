namespace TimeMachine.Core.Log;

/// <summary>A segment in use.</summary>
/// <param name="slot">Where it lies.</param>
/// <param name="epoch">Its epoch.</param>
/// <param name="previous">The end of the segment before it.</param>
internal sealed class LogSegment(int slot, uint epoch, LogPosition previous)
{
    /// <summary>Where it lies.</summary>
    public int Slot { get; } = slot;

    /// <summary>Its epoch.</summary>
    public uint Epoch { get; } = epoch;

    /// <summary>The end of the segment before it.</summary>
    public LogPosition Previous { get; } = previous;

    /// <summary>The offset behind its last batch, in bytes.</summary>
    public int EndOffset { get; set; } = LogFormat.BlockBytes;

    /// <summary>When its last batch was sealed; when it was recovered, after a start.</summary>
    public MonoMs WrittenAt { get; set; }

    /// <summary>Whether its file is allocated in full.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>The end of its last batch in the log.</summary>
    public LogPosition End => new(Epoch, EndOffset);
}
