namespace TimeMachine.Grains.Delivery;

/// <summary>A webhook's address is not allowed. Nothing was sent to it.</summary>
public sealed class ForbiddenTargetException : Exception
{
    /// <summary>Makes one.</summary>
    public ForbiddenTargetException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What is not allowed; it names no address of this network.</param>
    public ForbiddenTargetException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What is not allowed.</param>
    /// <param name="innerException">Why.</param>
    public ForbiddenTargetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
