namespace TimeMachine.Simulation.Recipients;

/// <summary>What a recipient does with one request.</summary>
public readonly record struct RecipientPlan
{
    /// <summary>After how many milliseconds the sender sees the end, unless its own timeout comes first.</summary>
    public long AfterMs { get; init; }

    /// <summary>
    /// How it ends then; <see cref="SenderSaw.Nothing"/>: the recipient hangs, only the timeout ends it.
    /// </summary>
    public SenderSaw Saw { get; init; }

    /// <summary>The status of the answer, or 0.</summary>
    public int Status { get; init; }

    /// <summary>The Retry-After of the answer in seconds, or 0.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>Whether the recipient read the request (and did its work), whatever the sender saw of it.</summary>
    public bool IsRead { get; init; }
}
