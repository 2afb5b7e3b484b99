namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>An expiry or the end of a job whose route is gone, as it was committed.</summary>
/// <param name="Group">The group.</param>
/// <param name="Number">The command's number.</param>
/// <param name="Key">The job, as db/collection/id.</param>
/// <param name="Version">The version that it names.</param>
/// <param name="Kind"><see cref="JobActionKind.Expire"/> or <see cref="JobActionKind.RouteGone"/>.</param>
/// <param name="TookEffect">Whether the state machine carried it out.</param>
public sealed record SystemFact(
    GroupId Group,
    CommandNumber Number,
    string Key,
    CommandNumber Version,
    JobActionKind Kind,
    bool TookEffect);
