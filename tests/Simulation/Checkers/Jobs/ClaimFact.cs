namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>A claim as it was committed.</summary>
public sealed record ClaimFact
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The claim's number: the fence.</summary>
    public required CommandNumber Number { get; init; }

    /// <summary>The term of its entry.</summary>
    public required Term Term { get; init; }

    /// <summary>The job, as db/collection/id.</summary>
    public required string Key { get; init; }

    /// <summary>The version that it names.</summary>
    public required CommandNumber Version { get; init; }

    /// <summary>Whether the state machine took it.</summary>
    public required bool TookEffect { get; init; }

    /// <summary>The attempt's number.</summary>
    public int Attempt { get; init; }

    /// <summary>The route, as db/id.</summary>
    public string Route { get; init; } = "";

    /// <summary>The route's revision by which it was admitted.</summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>Whether it was refused because the job's route is deleted, and ended the job.</summary>
    public bool EndsForRoute { get; init; }

    /// <summary>Whether the delivery is at most once.</summary>
    public bool IsAtMostOnce { get; init; }

    /// <summary>The due time, in milliseconds since 1970.</summary>
    public long DueMs { get; init; }

    /// <summary>The proposer's due clock, in milliseconds since 1970.</summary>
    public long TimeMs { get; init; }

    /// <summary>The send deadline, in milliseconds since 1970.</summary>
    public long SendByMs { get; init; }

    /// <summary>The inherited claim that it replaces, or none.</summary>
    public CommandNumber Supersedes { get; init; }

    /// <summary>The most failed attempts that the route allows.</summary>
    public int AttemptsMax { get; init; }
}
