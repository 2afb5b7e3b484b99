namespace TimeMachine.Grains.Interfaces;

/// <summary>What a delete achieved. Numbers are stable and append-only.</summary>
[GenerateSerializer]
[Alias("timemachine.deleted")]
public enum DeleteOutcome
{
    /// <summary>It was no delete, or it was refused.</summary>
    None = 0,

    /// <summary>Never attempted: nothing of it is ever sent.</summary>
    Won = 1,

    /// <summary>It was attempted: no further attempt is made, one under way may still arrive.</summary>
    Stopped = 2,
}
