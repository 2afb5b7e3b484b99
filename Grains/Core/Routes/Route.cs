using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Routes;

/// <summary>Where jobs are delivered, and how. The edge checks the fields against <see cref="RouteLimits"/>.</summary>
public sealed record Route
{
    /// <summary>Its name.</summary>
    public required RouteKey Key { get; init; }

    /// <summary>The number of the command that last changed it; none before it was written.</summary>
    public CommandNumber Revision { get; init; }

    /// <summary>The number of the command that wrote it when there was none of its name: jobs that were accepted before
    /// belong to a route that is deleted. None before it was written.</summary>
    public CommandNumber Created { get; init; }

    /// <summary>The address to POST to.</summary>
    public required string WebhookUrl { get; init; }

    /// <summary>How often a job may be sent that does not say it itself; never the route's default.</summary>
    public DeliveryMode Mode { get; init; } = DeliveryMode.AtLeastOnce;

    /// <summary>The time that an attempt may take, in ms: 1 to 60,000.</summary>
    public int TimeoutMs { get; init; } = 10_000;

    /// <summary>How many failed attempts make a job dead: 1 to 1,000.</summary>
    public int AttemptsMax { get; init; } = 10;

    /// <summary>The backoff after the first failure, in ms; it doubles.</summary>
    public int BackoffInitialMs { get; init; } = 1_000;

    /// <summary>The longest backoff, in ms.</summary>
    public int BackoffMaxMs { get; init; } = 600_000;

    /// <summary>The most sends under way in the whole cluster; 0 for no limit.</summary>
    public int Concurrency { get; init; }

    /// <summary>The most sends in any second in the whole cluster; 0 for no limit.</summary>
    public int RatePerSecond { get; init; }

    /// <summary>Whether nothing is claimed for it.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Whether a delete is under way: no job is created for it, those that are there are still sent.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>Of a delete under way: whether unfinished jobs do not stop it.</summary>
    public bool IsDeleteForced { get; init; }

    /// <summary>The live signing secrets, at most two. Never shown in text.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Secrets { get; init; } = [];

    /// <summary>Whether sending needs a lease of the system group.</summary>
    public bool IsLimited => Concurrency > 0 || RatePerSecond > 0;

    /// <summary>Whether two routes say the same, whatever their revisions are.</summary>
    public bool HasSameContent(Route other)
    {
        var mine = new ByteWriter();
        var others = new ByteWriter();
        RouteCodec.Write(mine, this with { Revision = default, Created = default });
        RouteCodec.Write(others, other with { Revision = default, Created = default });
        return mine.Written.SequenceEqual(others.Written);
    }

    /// <summary>Returns the name and revision only, so that no log ever shows an address or a secret.</summary>
    public override string ToString() => $"{Key} @{Revision}";
}
