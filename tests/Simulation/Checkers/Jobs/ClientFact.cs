namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>A client's command as it was committed, and the answer that the state machine gave at apply.</summary>
public sealed record ClientFact
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The command's number.</summary>
    public required CommandNumber Number { get; init; }

    /// <summary>The request's id.</summary>
    public required RequestId Request { get; init; }

    /// <summary>The job, as db/collection/id.</summary>
    public required string Key { get; init; }

    /// <summary>What it asks.</summary>
    public required JobActionKind Kind { get; init; }

    /// <summary>The answer.</summary>
    public required AnswerFact Answer { get; init; }

    /// <summary>The proposer's due clock, in milliseconds since 1970.</summary>
    public long TimeMs { get; init; }

    /// <summary>Create: a hash of the fields as sent.</summary>
    public ulong Sameness { get; init; }

    /// <summary>The version that must be present; -1: none may be; 0: any.</summary>
    public CommandNumber IfMatch { get; init; }

    /// <summary>Create, upsert: the wished trigger time, or null.</summary>
    public long? TriggerMs { get; init; }

    /// <summary>Create, upsert: the wished delay, or null.</summary>
    public long? DelayMs { get; init; }

    /// <summary>Create, upsert: the route, as db/id.</summary>
    public string Route { get; init; } = "";

    /// <summary>Create, upsert: the route's revision known when it was accepted.</summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>Create, upsert: how long after its trigger time the job is still of use; 0: for ever.</summary>
    public long ExpireAfterMs { get; init; }

    /// <summary>Whether it changed the job, so that its answer must be remembered.</summary>
    public bool IsEffective => Answer.Code == ErrorCode.None && (Kind != JobActionKind.Create || Answer.IsNew);
}
