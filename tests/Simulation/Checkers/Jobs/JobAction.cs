namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>One step of one job's history: a client's operation or a committed command of the system.</summary>
public sealed record JobAction
{
    /// <summary>What it does.</summary>
    public required JobActionKind Kind { get; init; }

    /// <summary>Its command number, 0 when it was never committed (a get).</summary>
    public CommandNumber Number { get; init; }

    /// <summary>Create: a hash of the fields as sent.</summary>
    public ulong Sameness { get; init; }

    /// <summary>The version that must be present; -1: none may be; 0: any.</summary>
    public CommandNumber IfMatch { get; init; }

    /// <summary>Claim, outcome, expire, route gone: the version that it names.</summary>
    public CommandNumber Version { get; init; }

    /// <summary>Claim: the inherited claim that it replaces. Outcome: the claim that is over.</summary>
    public CommandNumber Claim { get; init; }

    /// <summary>Outcome: how the attempt ended.</summary>
    public OutcomeFactKind Outcome { get; init; }

    /// <summary>Outcome: whether the sender says that it wrote no byte.</summary>
    public bool WroteNothing { get; init; }

    /// <summary>Claim: whether the delivery is at most once.</summary>
    public bool IsAtMostOnce { get; init; }

    /// <summary>Claim: the failed attempts that the route allows.</summary>
    public int AttemptsMax { get; init; }

    /// <summary>What came of it, as the product said; null when nobody was told.</summary>
    public AnswerFact? Answer { get; init; }

    /// <summary>Claim, outcome, expire, route gone: whether the product carried it out.</summary>
    public bool TookEffect { get; init; }
}
