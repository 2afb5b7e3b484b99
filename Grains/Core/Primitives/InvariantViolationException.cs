namespace TimeMachine.Core.Primitives;

/// <summary>An invariant of the code does not hold: the replica stops and recovers from its log.</summary>
public sealed class InvariantViolationException : Exception
{
    /// <inheritdoc cref="InvariantViolationException"/>
    public InvariantViolationException()
    {
    }

    /// <inheritdoc cref="InvariantViolationException"/>
    public InvariantViolationException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="InvariantViolationException"/>
    public InvariantViolationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
