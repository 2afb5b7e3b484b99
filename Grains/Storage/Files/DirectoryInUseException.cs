namespace TimeMachine.Storage.Files;

/// <summary>Another process has the directory.</summary>
public sealed class DirectoryInUseException : IOException
{
    /// <summary>Makes one without a text.</summary>
    public DirectoryInUseException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">Which directory.</param>
    public DirectoryInUseException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one from the system's own.</summary>
    /// <param name="message">Which directory.</param>
    /// <param name="inner">The system's exception.</param>
    public DirectoryInUseException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
