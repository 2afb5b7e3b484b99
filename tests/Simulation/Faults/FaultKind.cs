namespace TimeMachine.Simulation.Faults;

/// <summary>The kinds of fault that a seed may switch on. Numbers are append-only.</summary>
public enum FaultKind
{
    /// <summary>Messages between nodes are lost.</summary>
    Loss = 1,

    /// <summary>Messages between nodes are late.</summary>
    Delay = 2,

    /// <summary>Messages arrive twice.</summary>
    Duplication = 3,

    /// <summary>Messages overtake each other.</summary>
    Reordering = 4,

    /// <summary>The nodes fall into two parts.</summary>
    Partition = 5,

    /// <summary>Messages from one part to the other are lost, those back arrive.</summary>
    OneWayPartition = 6,

    /// <summary>A node that leads hears no other node, and none hears it.</summary>
    IsolatedLeader = 7,

    /// <summary>A link is cut and mended again and again.</summary>
    FlappingLink = 8,

    /// <summary>A node's links are slow and narrow.</summary>
    SlowLink = 9,

    /// <summary>Syncs of a node's log take long, or stand still for a while.</summary>
    SlowSync = 10,

    /// <summary>A sync of a node's log fails.</summary>
    FailedSync = 11,

    /// <summary>A bit of a node's log flips.</summary>
    FlippedBit = 12,

    /// <summary>A node's disk is full.</summary>
    DiskFull = 13,

    /// <summary>A node's disks are lost; it comes back empty.</summary>
    WipedDisk = 14,

    /// <summary>A checkpoint of a node does not read any more.</summary>
    DamagedCheckpoint = 15,

    /// <summary>A process ends.</summary>
    ProcessKill = 16,

    /// <summary>A machine loses power; unsynced writes come to all kinds of ends.</summary>
    PowerLoss = 17,

    /// <summary>All machines lose power at once.</summary>
    PowerLossOfAll = 18,

    /// <summary>A process ends at a named point between two steps of a turn.</summary>
    CrashAtPoint = 19,

    /// <summary>Processes restart again and again.</summary>
    RestartStorm = 20,

    /// <summary>A process stands still for a while.</summary>
    Freeze = 21,

    /// <summary>A process that leads stands still for longer than an election.</summary>
    FrozenLeader = 22,

    /// <summary>A leadership is transferred by plan.</summary>
    Transfer = 23,

    /// <summary>All nodes are restarted one after the other, by plan.</summary>
    RollingRestart = 24,

    /// <summary>A wall clock is off by a constant.</summary>
    ClockSkew = 25,

    /// <summary>A wall clock drifts.</summary>
    ClockDrift = 26,

    /// <summary>A wall clock steps forward.</summary>
    ClockStepForward = 27,

    /// <summary>A wall clock steps back.</summary>
    ClockStepBack = 28,

    /// <summary>A node joins.</summary>
    Join = 29,

    /// <summary>A node leaves by plan.</summary>
    Leave = 30,

    /// <summary>A node is lost for good and another takes its place.</summary>
    Replace = 31,

    /// <summary>The cluster starts with one node and grows in the middle of all of it.</summary>
    Growth = 32,
}
