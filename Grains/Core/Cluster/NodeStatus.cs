namespace TimeMachine.Core.Cluster;

/// <summary>What the reconciler knows of a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="IsAlive">Whether it was heard of lately; a guess, on which only liveness rests, never safety.</param>
/// <param name="MayLead">Whether leaders may be moved to it: its clock and its disk are good and it is not
/// stopping.</param>
public readonly record struct NodeStatus(NodeId Node, bool IsAlive, bool MayLead);
