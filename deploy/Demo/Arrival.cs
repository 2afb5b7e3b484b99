namespace TimeMachine.Demo;

/// <summary>A webhook that came.</summary>
/// <param name="Job">The job's id.</param>
/// <param name="AtMs">When, in ms since 1970.</param>
internal sealed record Arrival(string Job, long AtMs);
