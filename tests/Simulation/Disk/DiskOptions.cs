namespace TimeMachine.Simulation.Disk;

/// <summary>The log disk of a node.</summary>
/// <param name="SegmentBytes">Size of a slot, at least 8 KiB.</param>
/// <param name="SlotsMax">The most slots.</param>
/// <param name="BlockBytes">What survives or is lost as one: 512 or 4,096.</param>
/// <param name="SyncUs">The least time of a sync in microseconds.</param>
/// <param name="SyncJitterUs">The mean of what comes on top, with a long tail.</param>
public readonly record struct LogDiskOptions(
    int SegmentBytes = 65_536, int SlotsMax = 64, int BlockBytes = 512, int SyncUs = 200, int SyncJitterUs = 300);

/// <summary>The checkpoint disk of a node.</summary>
/// <param name="WriteUs">The least time until an image is durable.</param>
/// <param name="WriteJitterUs">The mean of what comes on top, with a long tail.</param>
/// <param name="MicrosPerKib">Time for each 1,024 bytes of image.</param>
public readonly record struct CheckpointDiskOptions(
    int WriteUs = 2_000, int WriteJitterUs = 5_000, int MicrosPerKib = 20);
