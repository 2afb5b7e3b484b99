namespace TimeMachine.Core.Log;

/// <summary>Checks an entry read from disk.</summary>
public static class LogRecordReader
{
    /// <summary>False = the slot was recycled or the bytes are bad: nothing is to be served from them.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, in LogLocation location, out LogEntry entry) => throw new NotSupportedException();
}
