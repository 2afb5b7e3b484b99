namespace TimeMachine.Grains.Interfaces;

/// <summary>What a caller may add to a request.</summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.options")]
public sealed record RequestOptions
{
    /// <summary>
    /// The same for every repeat of one request, however it was sent: a repeat within a minute has no effect and gets
    /// the same answer; one of the same kind, to the same job or route, with other content is refused with
    /// <see cref="ErrorCodes.KeyReused"/>. 1 to 256 characters; null draws one for this call alone.
    /// </summary>
    [Id(0)]
    public string? IdempotencyKey { get; init; }

    /// <summary>The version that must be there; null for any.</summary>
    [Id(1)]
    public long? IfVersion { get; init; }

    /// <summary>Whether there must be nothing of that name yet.</summary>
    [Id(2)]
    public bool IfAbsent { get; init; }

    /// <summary>Where the caller stands in a distributed trace, as a W3C <c>traceparent</c>: the deliveries of a job go
    /// on with it. What is none is as good as null.</summary>
    [Id(3)]
    public string? TraceParent { get; init; }
}
