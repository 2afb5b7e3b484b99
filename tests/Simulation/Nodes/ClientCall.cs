using TimeMachine.Core.Jobs;

namespace TimeMachine.Simulation.Nodes;

/// <summary>A request on its way from a client's router to a node.</summary>
/// <param name="Client">The client's address.</param>
/// <param name="Epoch">Counts the client's routers: an answer to an earlier one is nobody's.</param>
/// <param name="TryId">The router's number of this try.</param>
/// <param name="Group">The group meant.</param>
/// <param name="Request">The request.</param>
public sealed record ClientCall(int Client, ulong Epoch, ulong TryId, GroupId Group, JobRequest Request);
