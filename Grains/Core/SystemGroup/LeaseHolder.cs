using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <summary>What a granter knows of one holder: a process of a node.</summary>
internal sealed class LeaseHolder(NodeId node, ulong session, MonoMs now)
{
    public NodeId Node { get; } = node;

    public ulong Session { get; } = session;

    /// <summary>The newest request; null if there was none since the election.</summary>
    public LeaseRequest? Last { get; set; }

    /// <summary>When its newest possible lease was given: the election at first, then each answer.</summary>
    public MonoMs AnsweredAt { get; set; } = now;

    /// <summary>When it was last seen to adopt an answer.</summary>
    public MonoMs AdoptedAt { get; set; } = now;

    public MonoMs HeardAt { get; set; } = now;

    /// <summary>The newest request that waits for an answer; 0 for none.</summary>
    public long WaitingSequence { get; set; }

    /// <summary>The request that the read under way proves; 0 for none.</summary>
    public long ReadSequence { get; set; }

    /// <summary>The request that may be answered; 0 for none.</summary>
    public long ReadySequence { get; set; }

    public MonoMs ReadyAt { get; set; }

    /// <summary>What was offered, by route.</summary>
    public Dictionary<RouteKey, LeaseOffer> Offers { get; } = [];

    /// <summary>The demands of the newest request, by route.</summary>
    public Dictionary<RouteKey, LeaseDemand> Demands { get; } = [];

    /// <summary>It was silent for a lease's time: what it wants counts no more, what it uses is not known.</summary>
    public bool AreDemandsForgotten { get; set; }

    public bool Is(NodeId node, ulong session) => Node == node && Session == session;

    public int Order(LeaseHolder other)
    {
        var order = Node.CompareTo(other.Node);
        return order != 0 ? order : Session.CompareTo(other.Session);
    }
}
