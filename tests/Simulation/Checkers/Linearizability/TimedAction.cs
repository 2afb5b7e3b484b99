using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Checkers.Linearizability;

/// <summary>An action with the interval of true time in which it took effect.</summary>
/// <param name="Action">The action.</param>
/// <param name="InvokeUs">It took effect at or after this.</param>
/// <param name="ReturnUs">It took effect at or before this; <see cref="long.MaxValue"/>: nobody knows.</param>
/// <param name="MayBeLost">Whether it may never have taken effect.</param>
public sealed record TimedAction(JobAction Action, long InvokeUs, long ReturnUs, bool MayBeLost);
