namespace TimeMachine.Grains.Interfaces;

/// <summary>A refusal, for callers that like exceptions.</summary>
/// <param name="error">The refusal.</param>
public sealed class TimeMachineException(ErrorReply error) : Exception($"{error?.Code}: {error?.Message}")
{
    /// <summary>The refusal.</summary>
    public ErrorReply Error { get; } = error ?? throw new ArgumentNullException(nameof(error));
}
