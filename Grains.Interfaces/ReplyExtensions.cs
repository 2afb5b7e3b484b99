namespace TimeMachine.Grains.Interfaces;

/// <summary>What may be done with every reply.</summary>
public static class ReplyExtensions
{
    /// <summary>The reply, if it is no refusal.</summary>
    /// <exception cref="TimeMachineException">It is one.</exception>
    public static T OrThrow<T>(this T reply)
        where T : Reply
    {
        ArgumentNullException.ThrowIfNull(reply);
        return reply.Error is { } error ? throw new TimeMachineException(error) : reply;
    }
}
