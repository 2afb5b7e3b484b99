namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>What a request id became in the log.</summary>
/// <param name="First">Its command as first committed with success, else as last committed.</param>
/// <param name="AppendedUs">When that was first appended anywhere, by true time.</param>
/// <param name="AppliedUs">When that was first applied anywhere, by true time.</param>
public sealed record RequestRecord(ClientFact First, long AppendedUs, long AppliedUs);
