using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Disk;

/// <summary>Counters of what happened to disks.</summary>
internal static class DiskCounters
{
    public static readonly Counter FailedSync = Counter.Reach("syncs failed");
    public static readonly Counter FlippedBit = Counter.Reach("bits flipped");
    public static readonly Counter Wiped = Counter.Reach("disks wiped");
    public static readonly Counter Recycled = Counter.Reach("log slots recycled");
    public static readonly Counter CheckpointLost = Counter.Reach("checkpoint lost in a crash");
    public static readonly Counter CheckpointDamaged = Counter.Reach("checkpoints damaged");
}
