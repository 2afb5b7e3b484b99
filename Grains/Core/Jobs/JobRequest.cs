using System.IO.Hashing;
using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Jobs;

/// <summary>What a client asks of one job. Numbers are stable and append-only.</summary>
public enum JobRequestKind : byte
{
    /// <summary>POST: create, or nothing if the same is there.</summary>
    Create = 1,

    /// <summary>PUT: create or replace.</summary>
    Upsert = 2,

    /// <summary>DELETE: cancel or stop.</summary>
    Cancel = 3,

    /// <summary>GET.</summary>
    Get = 4,

    /// <summary>Trigger now.</summary>
    RunNow = 5,

    /// <summary>Send a dead or unknown job again.</summary>
    Redrive = 6,
}

/// <summary>One request for one job, as validated at the edge.</summary>
public sealed partial record JobRequest
{
    /// <summary>The most bytes of a body that the binary forms carry: 1 MiB. The edge's own limit is lower.</summary>
    public const int MetaBytesMax = 1024 * 1024;

    /// <summary>What is asked.</summary>
    public required JobRequestKind Kind { get; init; }

    /// <summary>The job.</summary>
    public required JobKey Key { get; init; }

    /// <summary>The same for every repeat of this request.</summary>
    public RequestId RequestId { get; init; }

    /// <summary>When to trigger; null if <see cref="DelayMs"/> says it.</summary>
    public UnixMs? TriggerTime { get; init; }

    /// <summary>How long after the proposal to trigger, in ms.</summary>
    public long DelayMs { get; init; }

    /// <summary>Where to deliver.</summary>
    public RouteKey Route { get; init; }

    /// <summary>The revision of the route that the first hop knew.</summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>How often it may be sent.</summary>
    public DeliveryMode Mode { get; init; }

    /// <summary>What to deliver, byte for byte.</summary>
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>The trace that its deliveries go on with; no part of <see cref="Sameness"/>.</summary>
    public TraceContext Trace { get; init; }

    /// <summary>How long after its trigger time the job is of use, in ms; 0 for ever.</summary>
    public long ExpireAfterMs { get; init; }

    /// <summary>The version that must be there; -1 for none; null for any.</summary>
    public CommandNumber? IfMatch { get; init; }

    /// <summary>A hash of the fields as sent: two creates with the same are the same.</summary>
    public UInt128 Sameness()
    {
        var writer = new ByteWriter(64 + Meta.Length);
        writer.Bool(TriggerTime is not null);
        writer.VarI64(TriggerTime?.Value ?? DelayMs);
        writer.Bytes(Route.Bytes);
        writer.U8((byte)Mode);
        writer.VarI64(ExpireAfterMs);
        writer.Raw(Meta.Span);
        return XxHash128.HashToUInt128(writer.Written);
    }
}
