namespace TimeMachine.Grains.Cluster;

/// <summary>Why a node could not start, as far as it matters to whoever would start it again.</summary>
public enum NodeStartProblem
{
    /// <summary>Something that another start may get over.</summary>
    Failed = 1,

    /// <summary>Another process has the node's data directory.</summary>
    DirectoryInUse = 2,

    /// <summary>Disk and plan do not belong together, or the disk holds what cannot be read and is nowhere else.
    /// Nothing was changed; somebody must decide what is to become of it.</summary>
    NeedsDecision = 3,

    /// <summary>The disk has no room for the little that a start needs. Nothing is lost; another start gets over it
    /// once there is room.</summary>
    StorageFull = 4,
}
