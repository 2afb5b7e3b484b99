namespace TimeMachine.Simulation.Recipients;

/// <summary>How often a route's recipient misbehaves, in parts of 1,000; what is left succeeds.</summary>
public readonly record struct RecipientScript
{
    /// <summary>500.</summary>
    public int Fail { get; init; }

    /// <summary>410.</summary>
    public int Gone { get; init; }

    /// <summary>429 with Retry-After.</summary>
    public int Throttle { get; init; }

    /// <summary>Never answers.</summary>
    public int Hang { get; init; }

    /// <summary>Does its work and answers after the sender's timeout.</summary>
    public int Late { get; init; }

    /// <summary>Drops the connection before it reads.</summary>
    public int DropBefore { get; init; }

    /// <summary>Reads, does its work, and drops the connection.</summary>
    public int DropAfter { get; init; }

    /// <summary>Refuses to connect.</summary>
    public int Refuse { get; init; }

    /// <summary>The longest time to an answer, in milliseconds; at least 1.</summary>
    public int AnswerMsMax { get; init; }

    /// <summary>Succeeds always and soon.</summary>
    public static RecipientScript Good => new() { AnswerMsMax = 5 };

    /// <summary>Does a bit of everything.</summary>
    public static RecipientScript Flaky => new()
    {
        Fail = 120,
        Gone = 10,
        Throttle = 40,
        Hang = 15,
        Late = 25,
        DropBefore = 40,
        DropAfter = 40,
        Refuse = 40,
        AnswerMsMax = 80,
    };

    /// <summary>Hangs most of the time.</summary>
    public static RecipientScript Hanging => new() { Hang = 700, Late = 100, AnswerMsMax = 400 };

    /// <summary>Fails most of the time.</summary>
    public static RecipientScript Failing => new() { Fail = 700, Refuse = 150, Throttle = 50, AnswerMsMax = 20 };

    /// <summary>Answers in the end, often after the cluster changed its mind about who leads.</summary>
    public static RecipientScript Patient => new() { Fail = 50, Gone = 50, DropAfter = 50, AnswerMsMax = 25_000 };

    /// <summary>Succeeds always, slowly.</summary>
    public static RecipientScript Slow => new() { AnswerMsMax = 900 };
}
