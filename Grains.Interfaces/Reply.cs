namespace TimeMachine.Grains.Interfaces;

/// <summary>What all replies have.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.reply")]
public abstract record Reply
{
    /// <summary>Why the request was refused; null if it was not.</summary>
    [Id(0)]
    public ErrorReply? Error { get; init; }

    /// <summary>Whether the request was not refused.</summary>
    public bool IsOk => Error is null;
}
