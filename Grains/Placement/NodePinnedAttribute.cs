using Orleans.Placement;

namespace TimeMachine.Grains.Placement;

/// <summary>Marks a grain that lives on the node that its key names.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NodePinnedAttribute() : PlacementAttribute(new NodePinnedStrategy());
