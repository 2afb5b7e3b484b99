using TimeMachine.Core.Jobs;

namespace TimeMachine.Simulation.Nodes;

/// <summary>The answer to a call, on its way back.</summary>
/// <param name="Call">The call.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Leader">Of NotLeader: who leads, if known.</param>
public sealed record ClientAnswer(ClientCall Call, JobAnswer Answer, NodeId Leader);
