namespace TimeMachine.Core.Routing;

/// <summary>Limits of a <see cref="Router"/>.</summary>
public sealed record RouterOptions
{
    /// <summary>How long a try waits for its answer, in ms. A later answer still counts.</summary>
    public int TryMs { get; init; } = 700;

    /// <summary>The most tries of one request.</summary>
    public int AttemptsMax { get; init; } = 48;

    /// <summary>The most time for one request, in ms.</summary>
    public int TotalMs { get; init; } = 5_000;

    /// <summary>The first wait after a refusal, in ms; it doubles.</summary>
    public int BackoffMinMs { get; init; } = 5;

    /// <summary>The longest wait after a refusal, in ms.</summary>
    public int BackoffMaxMs { get; init; } = 200;

    /// <summary>The most requests under way; more are answered Overloaded.</summary>
    public int RequestsMax { get; init; } = 100_000;
}
