namespace TimeMachine.Core.Replication;

/// <summary>
/// A replica's rows cannot be trusted. They are a cache of the log and never the only copy: they are thrown away and
/// the replica is rebuilt from its peers.
/// </summary>
public class RowsDamagedException : Exception
{
    /// <summary>Makes one without a text.</summary>
    public RowsDamagedException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was found, and where.</param>
    public RowsDamagedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one from another exception.</summary>
    /// <param name="message">What was found, and where.</param>
    /// <param name="inner">What the store threw.</param>
    public RowsDamagedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
