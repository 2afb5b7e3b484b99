using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.SystemGroup;

/// <summary>What a <see cref="RouteDeletion"/> wants done.</summary>
public enum RouteDeletionStepKind : byte
{
    /// <summary>Propose a fence to a vnode.</summary>
    Fence = 1,

    /// <summary>Propose a command to the system group.</summary>
    Propose = 2,

    /// <summary>Await a revision, see <see cref="LeaseGranter.AwaitRevision"/>.</summary>
    Await = 3,
}

/// <summary>One thing to do for a delete.</summary>
/// <param name="Kind">Which of the fields counts.</param>
public readonly record struct RouteDeletionStep(RouteDeletionStepKind Kind)
{
    /// <summary>Fence: the vnode.</summary>
    public VNodeId VNode { get; init; }

    /// <summary>Fence: the command for it.</summary>
    public JobCommand? Command { get; init; }

    /// <summary>Propose: the command.</summary>
    public SystemCommand? SystemCommand { get; init; }

    /// <summary>Await: the revision.</summary>
    public CommandNumber Revision { get; init; }
}
