namespace TimeMachine.Core.Cluster;

/// <summary>What a step does.</summary>
public enum ReconcileKind : byte
{
    /// <summary>Adds a learner, with an id that was never used, on a node.</summary>
    AddLearner = 1,

    /// <summary>Makes a learner that has caught up a voter.</summary>
    Promote = 2,

    /// <summary>Removes a member; its replica id never comes back.</summary>
    Remove = 3,

    /// <summary>Hands the leadership to a voter.</summary>
    TransferLeadership = 4,
}

/// <summary>One step towards the plan, to be carried out by the group's leader.</summary>
/// <param name="Group">The group.</param>
/// <param name="Kind">What to do.</param>
/// <param name="Replica">The replica to promote, remove or transfer to; none for a learner to add: whoever carries it
/// out makes its id, for the disk of its node.</param>
/// <param name="Node">Its node.</param>
/// <param name="ConfigurationIndex">
/// The configuration that the step was decided on. The leader refuses the step when its own is another: what was safe
/// to remove there need not be safe here.
/// </param>
public readonly record struct ReconcileStep(
    GroupId Group, ReconcileKind Kind, ReplicaId Replica, NodeId Node, LogIndex ConfigurationIndex);
