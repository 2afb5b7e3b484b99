namespace TimeMachine.Core.Cluster;

/// <summary>Where a group's voters and learners shall be, and who shall lead it.</summary>
internal sealed class TargetNodes
{
    private readonly List<NodeId> _voters;
    private readonly List<NodeId> _learners;

    private TargetNodes(List<NodeId> voters, List<NodeId> learners, NodeId preferredLeader)
    {
        _voters = voters;
        _learners = learners;
        PreferredLeader = preferredLeader;
    }

    /// <summary>The node that shall lead; none if any may.</summary>
    public NodeId PreferredLeader { get; }

    public int VoterCount => _voters.Count;

    public bool IsVoter(NodeId node) => _voters.Contains(node);

    public bool IsLearner(NodeId node) => _learners.Contains(node);

    /// <summary>A vnode's nodes, as the map says.</summary>
    public static TargetNodes OfVNode(ClusterView view, GroupId group)
    {
        var nodes = view.Target.ReplicasOf(group.VNode);
        return new([.. nodes], [], nodes[0]);
    }

    /// <summary>
    /// The system group: an odd count of voters, present voters first, then nodes that are alive, then the lowest; all
    /// other nodes are learners, so that every node has the routes.
    /// </summary>
    public static TargetNodes OfSystem(ClusterView view, GroupStatus group, int votersMax)
    {
        var count = Math.Min(votersMax, view.Nodes.Count);
        count -= count % 2 == 0 ? 1 : 0;
        var ordered = new List<NodeStatus>(view.Nodes);
        ordered.Sort((left, right) =>
        {
            var byPreference = Preference(group, left).CompareTo(Preference(group, right));
            return byPreference != 0 ? byPreference : left.Node.CompareTo(right.Node);
        });

        var voters = ordered.ConvertAll(status => status.Node);
        var learners = voters.GetRange(count, voters.Count - count);
        voters.RemoveRange(count, voters.Count - count);
        return new(voters, learners, NodeId.None);
    }

    private static int Preference(GroupStatus group, NodeStatus node)
    {
        foreach (var replica in group.Replicas)
        {
            if (replica.Node == node.Node && replica.IsVoter)
            {
                return replica.Replica == group.Leader ? 0 : 1;
            }
        }

        return node.IsAlive ? 2 : 3;
    }
}
