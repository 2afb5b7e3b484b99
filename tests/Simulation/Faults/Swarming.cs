using TimeMachine.Simulation.Disk;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Network;

namespace TimeMachine.Simulation.Faults;

/// <summary>Draws the configuration of a seed: runs differ in what they have none of as much as in what they
/// have.</summary>
public static class Swarming
{
    /// <summary>The least number of fault kinds that strike.</summary>
    public const int FaultKindsMin = 5;

    /// <summary>The least number that are on: some find nobody to strike.</summary>
    public const int FaultKindsDrawnMin = 9;

    private static readonly FaultKind[] AllKinds = Enum.GetValues<FaultKind>();

    // Heartbeats dominate the events of a run and grow with the square of the nodes; this keeps a run at some 50,000.
    private static readonly int[] HeartbeatMsMinByNodeCount = [0, 0, 0, 130, 200, 300, 400, 500];

    /// <summary>Draws a configuration.</summary>
    public static SwarmConfig Draw(Draws draws)
    {
        ArgumentNullException.ThrowIfNull(draws);
        var faults = DrawFaults(draws);
        var nodeCount = DrawNodeCount(draws);
        var isGrowing = faults.Contains(FaultKind.Growth);
        var needsSpare = faults.Contains(FaultKind.Join) || faults.Contains(FaultKind.Replace);
        var initialCount = isGrowing ? 1 : needsSpare && nodeCount > 3 ? nodeCount - 1 : nodeCount;
        var heartbeatMs = DrawHeartbeatMs(draws, nodeCount);
        return new SwarmConfig
        {
            NodeCount = needsSpare && nodeCount == 3 && !isGrowing ? 4 : nodeCount,
            InitialNodeCount = initialCount,
            VNodeCount = (int)draws.Between(4, draws.Chance(1, 4) ? 24 : 8),
            HeartbeatMs = heartbeatMs,
            ElectionMinMs = (int)draws.Between(6, 12) * heartbeatMs,
            Faults = faults,
            Intensity = (int)draws.Between(1, 4),
            UsualLink = DrawLink(draws),
            LogDisk = DrawLogDisk(draws),
            CheckpointDisk = new CheckpointDiskOptions(
                (int)draws.Between(500, 5_000), (int)draws.Between(1_000, 20_000)),
            AppendBytesMax = 1_024 << draws.Index(4),
        };
    }

    private static List<FaultKind> DrawFaults(Draws draws)
    {
        var part = draws.Between(1, 4);
        var chosen = AllKinds.Where(_ => draws.Chance(part, 6)).ToList();
        while (chosen.Count < FaultKindsDrawnMin)
        {
            var more = draws.Pick(AllKinds);
            if (!chosen.Contains(more))
            {
                chosen.Add(more);
            }
        }

        chosen.Sort();
        return chosen;
    }

    private static int DrawNodeCount(Draws draws) => draws.Index(16) switch
    {
        < 10 => 3,
        < 12 => 4,
        < 14 => 5,
        14 => 6,
        _ => 7,
    };

    private static int DrawHeartbeatMs(Draws draws, int nodeCount)
    {
        if (draws.Chance(1, 24))
        {
            return 50;
        }

        var leastMs = HeartbeatMsMinByNodeCount[nodeCount];
        return (int)draws.Between(leastMs, Math.Max(400, leastMs + 100));
    }

    private static LinkQuality DrawLink(Draws draws) => new(
        LossPpm: draws.Chance(1, 2) ? 0 : (int)draws.Between(0, 5_000),
        DuplicatePpm: draws.Chance(1, 2) ? 0 : (int)draws.Between(0, 5_000),
        ReorderPpm: draws.Chance(1, 2) ? 0 : (int)draws.Between(0, 20_000),
        DelayUs: (int)draws.Between(50, 2_000),
        JitterUs: (int)draws.Between(50, 3_000),
        MicrosPerKib: (int)draws.Between(1, 50));

    private static LogDiskOptions DrawLogDisk(Draws draws) => new(
        SegmentBytes: 32_768 << draws.Index(3),
        SlotsMax: 64,
        BlockBytes: draws.Chance(1, 2) ? 512 : 4_096,
        SyncUs: (int)draws.Between(50, 2_000),
        SyncJitterUs: (int)draws.Between(50, 4_000));
}
