using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <summary>One attempt that may now be written to one socket, once.</summary>
/// <param name="Group">The vnode's group.</param>
/// <param name="Claim">The claim's number: the fencing number.</param>
/// <param name="Key">The job.</param>
/// <param name="Version">The job's version: part of the idempotency key.</param>
/// <param name="Attempt">The attempt's number, from 1.</param>
/// <param name="Mode">How often the job may be sent, as in force.</param>
/// <param name="Route">The route at the revision of the claim: address, timeout, secrets.</param>
/// <param name="TriggerTime">When the job was to be triggered.</param>
/// <param name="Due">When this attempt was due.</param>
/// <param name="Meta">The body.</param>
/// <param name="Trace">The trace that asked for the job.</param>
public readonly record struct SendRequest(
    GroupId Group,
    CommandNumber Claim,
    JobKey Key,
    CommandNumber Version,
    int Attempt,
    DeliveryMode Mode,
    Route Route,
    UnixMs TriggerTime,
    UnixMs Due,
    ReadOnlyMemory<byte> Meta,
    TraceContext Trace);
