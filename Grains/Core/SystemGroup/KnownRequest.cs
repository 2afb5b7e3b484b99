using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.SystemGroup;

/// <summary>A request that was answered, with its answer.</summary>
internal readonly record struct KnownRequest(RequestId Id, UnixMs At, JobAnswer Answer);
