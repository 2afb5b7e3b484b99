namespace TimeMachine.Grains.Placement;

/// <summary>
/// A grain with the key <c>…@{node}</c> lives on the node of that name, and nowhere else. No directory knows it: what
/// makes it unique is the lock on the node's data directory.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("timemachine.node-pinned")]
public sealed class NodePinnedStrategy : PlacementStrategy
{
    /// <inheritdoc/>
    public override bool IsUsingGrainDirectory => false;
}
