using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

/// <summary>What all replies have.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.reply")]
public abstract record Reply
{
    /// <summary>Why the request was refused; null if it was not.</summary>
    [Id(0)]
    public ErrorReply? Error { get; init; }

    /// <summary>Whether the request was not refused.</summary>
    public bool IsOk => Error is null;
}

/// <summary>Why a request was refused.</summary>
/// <param name="Code">The stable code: E001 and so on, see docs/errors.</param>
/// <param name="Message">For people.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.error")]
public sealed record ErrorReply([property: Id(0)] string Code, [property: Id(1)] string Message)
{
    /// <summary>What is known besides: the field and its limit, the present version.</summary>
    [Id(2)]
    public ImmutableSortedDictionary<string, string> Details { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>When to ask again, in ms; 0 if that would not help.</summary>
    [Id(3)]
    public int RetryAfterMs { get; init; }
}

/// <summary>A refusal, for callers that like exceptions.</summary>
/// <param name="error">The refusal.</param>
public sealed class TimeMachineException(ErrorReply error) : Exception($"{error?.Code}: {error?.Message}")
{
    /// <summary>The refusal.</summary>
    public ErrorReply Error { get; } = error ?? throw new ArgumentNullException(nameof(error));
}

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
