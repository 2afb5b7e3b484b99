namespace TimeMachine.Storage.Files;

/// <summary>
/// A sync failed. The system may have dropped what it could not write, so a repeated sync would lie: the process ends
/// and recovers from what is on the disk.
/// </summary>
public sealed class SyncFailedException : IOException
{
    /// <summary>Makes one without a text.</summary>
    public SyncFailedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was to be synced, and the system's error number.</param>
    public SyncFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one from another exception.</summary>
    /// <param name="message">What was to be synced.</param>
    /// <param name="inner">The cause.</param>
    public SyncFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
