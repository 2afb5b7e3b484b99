using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <summary>
/// What a new leader finds in the applied state at the moment it has applied the first entry of its own term. Taken in
/// one go between two applies; the effects of all later entries follow it.
/// </summary>
/// <param name="Applied">The applied index.</param>
/// <param name="LogTime">The newest time in the log.</param>
/// <param name="DueFloor">No waiting job outside of the backlogs is due before.</param>
/// <param name="OpenClaims">The claims that it inherits, by number.</param>
/// <param name="RoutesWithBacklog">The routes that have a backlog, in order.</param>
public sealed record LeadingState(
    LogIndex Applied,
    UnixMs LogTime,
    UnixMs DueFloor,
    IReadOnlyList<ClaimView> OpenClaims,
    IReadOnlyList<RouteKey> RoutesWithBacklog)
{
    /// <summary>Takes it from the applied state.</summary>
    public static LeadingState Of(IJobReader reader) => new(
        reader.Applied, reader.LogTime, reader.DueFloor, [.. reader.OpenClaims], [.. reader.RoutesWithBacklog]);
}
