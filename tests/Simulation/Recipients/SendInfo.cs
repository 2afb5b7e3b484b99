namespace TimeMachine.Simulation.Recipients;

/// <summary>One request at the moment of its socket write.</summary>
public sealed record SendInfo
{
    /// <summary>The sender.</summary>
    public required NodeId Node { get; init; }

    /// <summary>The vnode's group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The job, as db/collection/id.</summary>
    public required string Key { get; init; }

    /// <summary>The version.</summary>
    public required CommandNumber Version { get; init; }

    /// <summary>The claim number: the fence.</summary>
    public required CommandNumber Claim { get; init; }

    /// <summary>The route, as db/id.</summary>
    public required string Route { get; init; }

    /// <summary>The attempt.</summary>
    public int Attempt { get; init; }

    /// <summary>Whether the delivery is at most once.</summary>
    public bool IsAtMostOnce { get; init; }

    /// <summary>The sender's timeout in milliseconds.</summary>
    public int TimeoutMs { get; init; } = 10_000;

    /// <summary>The sender's due clock, in milliseconds since 1970.</summary>
    public long DueNowMs { get; init; }

    /// <summary>Whether the core of the group on the sender's node leads in the claim's term right now.</summary>
    public bool IsLeading { get; init; } = true;

    /// <summary>The term that the node's replica is in; default if not known.</summary>
    public Term Term { get; init; }

    /// <summary>The webhook-id header: {cluster}_{vnode}_{version}. Empty: not checked.</summary>
    public string WebhookId { get; init; } = "";
}
