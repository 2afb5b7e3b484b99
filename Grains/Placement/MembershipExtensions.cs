namespace TimeMachine.Grains.Placement;

/// <summary>Nodes as the membership knows them.</summary>
internal static class MembershipExtensions
{
    /// <summary>The silo of a node; null if it is no active member.</summary>
    public static SiloAddress? Find(this ClusterMembershipSnapshot snapshot, ReadOnlySpan<char> node)
    {
        SiloAddress? found = null;
        foreach (var (silo, member) in snapshot.Members)
        {
            var isIt = member.Status == SiloStatus.Active && node.SequenceEqual(member.Name);
            if (isIt && (found is null || silo.Generation > found.Generation))
            {
                found = silo;
            }
        }

        return found;
    }
}
