using System.Collections.Immutable;

namespace TimeMachine.Grains.Interfaces;

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
