namespace TimeMachine.Core.Log;

/// <summary>Whether a record went into the open batch.</summary>
public enum LogAppendStatus : byte
{
    /// <summary>It did; it is durable when the batch that the next Seal gives is synced.</summary>
    Appended = 1,

    /// <summary>The open batch is at its limit: seal it, then append again.</summary>
    BatchFull = 2,

    /// <summary>
    /// No prepared segment has room: seal, sync, prepare, then again; for ever if <see cref="NodeLog.IsFull"/>.
    /// </summary>
    NoSpace = 3,

    /// <summary>The payload alone is larger than <see cref="LogOptions.PayloadBytesMax"/>: split it.</summary>
    TooLarge = 4,
}
