namespace TimeMachine.Core.Log;

/// <summary>A segment as its slot shows it at start.</summary>
internal sealed class FoundSegment
{
    /// <summary>The slot.</summary>
    public required int Slot { get; init; }

    /// <summary>The content, at most one segment's size.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The epoch.</summary>
    public required uint Epoch { get; init; }

    /// <summary>The end of the segment before it.</summary>
    public required LogPosition Previous { get; init; }

    /// <summary>Whether the file has its full size.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Where batches end at the latest: what the segment after it states, else the file's end.</summary>
    public int Limit { get; set; }
}
