namespace TimeMachine.Storage.JobStore;

/// <summary>
/// A replica's rows cannot be trusted. The store is a cache of the log and never the only copy: it is thrown away and
/// the replica is rebuilt from its peers.
/// </summary>
public sealed class StoreDamagedException : Exception
{
    /// <summary>Makes one without a text.</summary>
    public StoreDamagedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was found, and where.</param>
    public StoreDamagedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one from another exception.</summary>
    /// <param name="message">What was found, and where.</param>
    /// <param name="inner">What the store threw.</param>
    public StoreDamagedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
