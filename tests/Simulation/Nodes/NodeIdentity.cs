namespace TimeMachine.Simulation.Nodes;

/// <summary>What a node's disk says of the node itself: drawn once for each disk.</summary>
/// <param name="Tag">The incarnation: upper half of all replica ids made for it.</param>
/// <param name="IsFormed">Whether the first replicas were created and synced.</param>
public sealed record NodeIdentity(uint Tag, bool IsFormed)
{
    /// <summary>The name of the identity's image.</summary>
    public const long Key = 1;

    /// <summary>The id of a replica that is made for this incarnation.</summary>
    public ReplicaId Replica(uint serial) => new(((ulong)Tag << 32) | serial);

    /// <summary>Whether a replica id was made for this incarnation: another's data is not on this disk.</summary>
    public bool Owns(ReplicaId replica) => (uint)(replica.Value >> 32) == Tag;
}
