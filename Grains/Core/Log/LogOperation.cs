namespace TimeMachine.Core.Log;

/// <summary>What an operation does.</summary>
public enum LogOperationKind : byte
{
    /// <summary>Make a slot's file exist in full: zeros written and synced, its directory entry synced too.</summary>
    Prepare = 1,

    /// <summary>Write bytes into a prepared slot.</summary>
    Write = 2,
}

/// <summary>One step for the caller's disk, in order.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Slot">The number of the segment file, from 0.</param>
/// <param name="Offset">Where in the file, in bytes; 0 for Prepare.</param>
/// <param name="Bytes">What to write; valid until the batch is reported synced.</param>
public readonly record struct LogOperation(LogOperationKind Kind, int Slot, int Offset, ReadOnlyMemory<byte> Bytes);
