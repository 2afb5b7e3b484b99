using Orleans.Runtime.Placement;

namespace TimeMachine.Grains.Placement;

/// <summary>Finds the silo of a node: the newest active member of that name.</summary>
/// <param name="membership">The members.</param>
internal sealed class NodePinnedDirector(IClusterMembershipService membership) : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString() ?? "";
        var node = PinnedKey.NodeOf(key);
        return membership.CurrentSnapshot.Find(node) is { } silo
            ? Task.FromResult(silo)
            : Task.FromException<SiloAddress>(new NodeDownException($"Node '{node}' is not an active member."));
    }
}
