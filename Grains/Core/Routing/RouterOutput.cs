using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routing;

/// <summary>A try to send. The transport loses it or delivers it once, late perhaps, but never twice.</summary>
/// <param name="Node">Whom to ask.</param>
/// <param name="Group">The vnode's group.</param>
/// <param name="TryId">Names the try; its answer must carry it.</param>
/// <param name="Request">What to ask: the same object, with the same request id, in all tries of a request.</param>
public readonly record struct RouterSend(NodeId Node, GroupId Group, ulong TryId, JobRequest Request);

/// <summary>The end of a request.</summary>
/// <param name="Token">What the caller named it.</param>
/// <param name="Answer">Its answer.</param>
public readonly record struct RouterResult(ulong Token, JobAnswer Answer);

/// <summary>What came back for a try.</summary>
/// <param name="Answer">The node's answer. <see cref="ErrorCode.Unavailable"/> says that the try provably never reached
/// a node, <see cref="ErrorCode.OutcomeUnknown"/> that it may have.</param>
/// <param name="LeaderHint">Of a node that does not lead: who does, as far as it knows; none if it does not
/// know.</param>
public readonly record struct RouterAnswer(JobAnswer Answer, NodeId LeaderHint = default);

/// <summary>What a router gives out. The caller owns it and uses it again.</summary>
public sealed class RouterOutput
{
    /// <summary>The tries to send.</summary>
    public List<RouterSend> Sends { get; } = [];

    /// <summary>The requests that are over.</summary>
    public List<RouterResult> Results { get; } = [];

    /// <summary>Empties both.</summary>
    public void Clear()
    {
        Sends.Clear();
        Results.Clear();
    }
}
