using TimeMachine.Core.Jobs;
using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Workload;

/// <summary>One operation on a job, as drawn.</summary>
public sealed record JobPlan
{
    /// <summary>The database of all jobs of the simulation.</summary>
    public const string Database = "sim";

    /// <summary>The collection of all jobs of the simulation.</summary>
    public const string Collection = "jobs";

    /// <summary>What it asks.</summary>
    public required JobActionKind Kind { get; init; }

    /// <summary>The job's id.</summary>
    public required string Id { get; init; }

    /// <summary>The wished trigger time in milliseconds since 1970, or null.</summary>
    public long? TriggerMs { get; init; }

    /// <summary>The wished delay in milliseconds, or null.</summary>
    public long? DelayMs { get; init; }

    /// <summary>The route's id.</summary>
    public string Route { get; init; } = "";

    /// <summary>0: the route's mode, 1: at least once, 2: at most once.</summary>
    public byte Mode { get; init; }

    /// <summary>Unique for each body written.</summary>
    public ulong Tag { get; init; }

    /// <summary>How long after its trigger time the job is still of use, in milliseconds; 0: for ever.</summary>
    public long ExpireAfterMs { get; init; }

    /// <summary>The version that must be present; -1: none may be; 0: any.</summary>
    public CommandNumber IfMatch { get; init; }

    /// <summary>The job as the checkers name it.</summary>
    public string Key => $"{Database}/{Collection}/{Id}";

    /// <summary>A hash of the fields as sent; never 0.</summary>
    public ulong Sameness => JobChecker.SamenessOf(ToRequest(RequestId.None).Sameness());

    /// <summary>The request as a router takes it.</summary>
    /// <param name="request">The request id of all its tries.</param>
    public JobRequest ToRequest(RequestId request) => new()
    {
        Kind = (JobRequestKind)(byte)Kind,
        Key = JobKey.Of(Database, Collection, Id),
        RequestId = request,
        TriggerTime = TriggerMs is { } at ? new UnixMs(at) : null,
        DelayMs = DelayMs ?? 0,
        Route = Route.Length == 0 ? default : RouteKey.Of(Database, Route),
        Mode = (DeliveryMode)Mode,
        Meta = Tag == 0 ? default : BitConverter.GetBytes(Tag),
        ExpireAfterMs = ExpireAfterMs,
        IfMatch = IfMatch == default ? null : IfMatch,
    };
}
