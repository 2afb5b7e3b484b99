namespace TimeMachine.Storage.Files;

/// <summary>A disk has no room for what was to be written. A state, not the end: it is tried again later.</summary>
public sealed class StorageFullException : IOException
{
    /// <summary>Makes one without a text.</summary>
    public StorageFullException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was to be written, and where.</param>
    public StorageFullException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one from the system's own.</summary>
    /// <param name="message">What was to be written, and where.</param>
    /// <param name="inner">The system's exception.</param>
    public StorageFullException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
