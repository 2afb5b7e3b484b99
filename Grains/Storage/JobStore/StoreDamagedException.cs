using TimeMachine.Core.Replication;

namespace TimeMachine.Storage.JobStore;

/// <summary>What a replica's store holds cannot be trusted.</summary>
public sealed class StoreDamagedException : RowsDamagedException
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
