namespace TimeMachine.Core.SystemGroup;

/// <summary>Limits of the system group's applied state. All replicas of a cluster must share them.</summary>
public sealed record SystemOptions
{
    /// <summary>The most routes; more are refused with VNodeFull.</summary>
    public int RoutesMax { get; init; } = 10_000;

    /// <summary>The most node names ever admitted; more are refused with VNodeFull.</summary>
    public int NodesMax { get; init; } = 1_024;

    /// <summary>So long must a node's old incarnation be silent before a new one is admitted, in ms.</summary>
    public int SilentMs { get; init; } = 10_000;

    /// <summary>A request id is kept at least so long, in ms of log time.</summary>
    public long RequestAgeMs { get; init; } = 60_000;

    /// <summary>A request id is kept until so many newer ones exist.</summary>
    public int RequestsNewerMin { get; init; } = 1_024;

    /// <summary>The most request ids kept; more changes are refused with TooManyRequests.</summary>
    public int RequestsMax { get; init; } = 65_536;
}
