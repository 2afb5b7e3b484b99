using TimeMachine.Core.Engine;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Core.Triggering;

namespace TimeMachine.Core.Node;

/// <summary>What a node's core is told at its start. Plain values; the shell validates them.</summary>
public sealed record NodeOptions
{
    /// <summary>The engine's.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>The vnodes' applied state's; the same on every node.</summary>
    public JobOptions Jobs { get; init; } = new();

    /// <summary>The system group's; the same on every node.</summary>
    public SystemOptions System { get; init; } = new();

    /// <summary>The triggering's.</summary>
    public TriggerOptions Trigger { get; init; } = new();

    /// <summary>The route gate's.</summary>
    public RouteGateOptions Gate { get; init; } = new();

    /// <summary>The due clock's.</summary>
    public DueClockOptions Clock { get; init; } = new();

    /// <summary>The checkpoints'.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>The most calls of clients that a node holds unanswered; more are refused with Overloaded.</summary>
    public int CallsMax { get; init; } = 65_536;

    /// <summary>How many vnodes the cluster has; fixed at its formation, the same on every node.</summary>
    public int VNodeCount { get; init; } = 64;

    /// <summary>
    /// How long a call waits for a route that this node does not know, in ms; then it is refused with Unavailable. Less
    /// than a router waits for an answer.
    /// </summary>
    public int RouteWaitMs { get; init; } = 600;

    /// <summary>The most calls that wait for a route; more are refused with Overloaded.</summary>
    public int RouteWaitsMax { get; init; } = 1_024;
}
