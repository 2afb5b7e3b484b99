using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routing;

/// <summary>A request under way, with all of its tries.</summary>
internal sealed class RoutedRequest(ulong token, JobRequest request, VNodeId vnode, MonoMs now)
{
    public ulong Token { get; } = token;

    public JobRequest Request { get; } = request;

    public VNodeId VNode { get; } = vnode;

    public MonoMs SubmittedAt { get; } = now;

    public bool IsRead { get; } = request.Kind == JobRequestKind.Get;

    /// <summary>The tries made.</summary>
    public int Attempts { get; set; }

    /// <summary>Refusals in a row, for the backoff.</summary>
    public int Refusals { get; set; }

    /// <summary>The try that is waited for; 0 for none.</summary>
    public ulong CurrentTry { get; set; }

    /// <summary>The tries without a definite answer, the current one included.</summary>
    public List<(ulong TryId, NodeId Node)> OpenTries { get; } = [];

    /// <summary>The newest of its entries in the queue of deadlines: the others mean nothing any more.</summary>
    public long Wake { get; set; }

    /// <summary>Whether nothing more is sent: only answers to open tries can help.</summary>
    public bool IsAtLimit { get; set; }

    /// <summary>Whether a final refusal came while an earlier try may still take effect.</summary>
    public bool IsRefused { get; set; }

    /// <summary>That refusal.</summary>
    public JobAnswer Refusal { get; set; }

    /// <summary>Whether it was answered.</summary>
    public bool IsOver { get; set; }
}
