using TimeMachine.Core.Jobs;
using TimeMachine.Core.SystemGroup;

namespace TimeMachine.Simulation.Nodes;

/// <summary>A change of a route on its way to a node.</summary>
/// <param name="Client">The admin's address.</param>
/// <param name="Command">The change, with its request id.</param>
public sealed record RouteCall(int Client, SystemCommand Command);

/// <summary>The answer on its way back.</summary>
/// <param name="Call">The call.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Leader">Of NotLeader: who leads, if known.</param>
public sealed record RouteAnswer(RouteCall Call, JobAnswer Answer, NodeId Leader);
