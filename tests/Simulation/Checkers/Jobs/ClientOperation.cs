namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>One operation of one client: all its tries carry the same request id and count as one.</summary>
public sealed class ClientOperation
{
    /// <summary>Whether its client crashed and waits for no answer.</summary>
    public bool IsForgotten { get; internal set; }

    /// <summary>The client's number.</summary>
    public required int Client { get; init; }

    /// <summary>The request id of all its tries.</summary>
    public required RequestId Request { get; init; }

    /// <summary>What it asks.</summary>
    public required JobActionKind Kind { get; init; }

    /// <summary>The job, as db/collection/id.</summary>
    public required string Key { get; init; }

    /// <summary>True time of its first try.</summary>
    public required long InvokeUs { get; init; }

    /// <summary>Create: a hash of the fields as sent.</summary>
    public ulong Sameness { get; init; }

    /// <summary>The version that must be present; -1: none may be; 0: any.</summary>
    public CommandNumber IfMatch { get; init; }

    /// <summary>True time of its definite answer; <see cref="long.MaxValue"/> without one.</summary>
    public long ReturnUs { get; private set; } = long.MaxValue;

    /// <summary>Its definite answer, or null: its outcome is unknown to the client.</summary>
    public AnswerFact? Answer { get; private set; }

    /// <summary>Whether a router once answered that its outcome is unknown.</summary>
    public bool WasUnknown { get; private set; }

    /// <summary>A try of it was answered.</summary>
    public void Answered(in AnswerFact answer, long nowUs)
    {
        if (!answer.IsDefinite)
        {
            WasUnknown = true;
        }
        else if (Answer is null && !MayStillTakeEffect(answer))
        {
            (Answer, ReturnUs) = (answer, nowUs);
        }
    }

    /// <summary>A refusal of a repeat says nothing of the earlier tries: one of them may be on its way still.</summary>
    private bool MayStillTakeEffect(in AnswerFact answer) =>
        WasUnknown && answer.Code != ErrorCode.None && Kind != JobActionKind.Get;
}
