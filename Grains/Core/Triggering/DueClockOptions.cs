namespace TimeMachine.Core.Triggering;

/// <summary>How far clocks are trusted. Plain values; the shell checks their ranges.</summary>
public sealed record DueClockOptions
{
    /// <summary>The largest step of the wall clock that is adopted without asking the others, in ms.</summary>
    public int StepMs { get; init; } = 50;

    /// <summary>How near another clock must be to a new wall time to agree with it, in ms.</summary>
    public int AgreeMs { get; init; } = 100;

    /// <summary>How long a peer's reading counts, in ms.</summary>
    public int ReadingAgeMs { get; init; } = 2_000;

    /// <summary>How long a peer that is not heard of still counts when a step is judged, in ms.</summary>
    public int RememberMs { get; init; } = 60_000;

    /// <summary>A node whose clock is further from the median does not lead, in ms.</summary>
    public int LeadSkewMs { get; init; } = 500;
}
