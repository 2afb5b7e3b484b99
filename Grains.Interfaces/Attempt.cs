namespace TimeMachine.Grains.Interfaces;

/// <summary>One attempt.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="AtMs">When it was sent, in ms since 1970.</param>
/// <param name="Status">The recipient's status; 0 if none came.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
/// <param name="DurationMs">From the sending to the outcome.</param>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.attempt")]
public sealed record Attempt(
    [property: Id(0)] int Number,
    [property: Id(1)] long AtMs,
    [property: Id(2)] int Status,
    [property: Id(3)] string? Error,
    [property: Id(4)] int DurationMs);
