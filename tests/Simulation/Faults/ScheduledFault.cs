namespace TimeMachine.Simulation.Faults;

/// <summary>One fault of a run's schedule; whom it strikes is drawn or asked when it begins.</summary>
/// <param name="Kind">What.</param>
/// <param name="StartUs">When it begins, in microseconds.</param>
/// <param name="DurationUs">How long it lasts; it is over before <see cref="SwarmConfig.FaultsEndUs"/>.</param>
/// <param name="Draw">The draws of this one fault start here, so that one fault's luck does not shift the
/// others'.</param>
public readonly record struct ScheduledFault(FaultKind Kind, long StartUs, long DurationUs, ulong Draw);
