using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Faults;

/// <summary>Draws when which fault strikes.</summary>
public static class FaultSchedule
{
    /// <summary>No fault begins before this: the cluster forms first.</summary>
    public const long FirstUs = 3_000_000;

    /// <summary>Wall clocks are good for this long between the wrong spells of two nodes.</summary>
    public const long ClockRestUs = 15_000_000;

    /// <summary>Draws the schedule of a run, ordered by start.</summary>
    public static IReadOnlyList<ScheduledFault> Draw(SwarmConfig swarm, Draws draws)
    {
        ArgumentNullException.ThrowIfNull(swarm);
        ArgumentNullException.ThrowIfNull(draws);
        var faults = new List<ScheduledFault>();
        foreach (var kind in swarm.Faults.Where(kind => !IsClock(kind)))
        {
            var times = kind == FaultKind.Growth ? 1 : draws.Between(1, 1 + swarm.Intensity);
            for (var i = 0; i < times; i++)
            {
                faults.Add(DrawOne(kind, swarm, draws));
            }
        }

        AddClockFaults(faults, swarm, draws);
        faults.Sort((left, right) => (left.StartUs, left.Kind).CompareTo((right.StartUs, right.Kind)));
        return faults;
    }

    /// <summary>Whether a kind makes a wall clock wrong: at most one clock is wrong at any time.</summary>
    public static bool IsClock(FaultKind kind) => kind is FaultKind.ClockSkew or FaultKind.ClockDrift
        or FaultKind.ClockStepForward or FaultKind.ClockStepBack;

    private static ScheduledFault DrawOne(FaultKind kind, SwarmConfig swarm, Draws draws)
    {
        var (leastMs, mostMs) = DurationMs(kind, swarm);
        var durationUs = draws.Between(leastMs, mostMs) * 1_000;
        durationUs = Math.Min(durationUs, swarm.FaultsEndUs - FirstUs);
        var lastUs = kind is FaultKind.Growth or FaultKind.Join
            ? Math.Min(swarm.FaultsEndUs / 2, swarm.FaultsEndUs - durationUs)
            : swarm.FaultsEndUs - durationUs;
        return new ScheduledFault(kind, draws.Between(FirstUs, Math.Max(FirstUs, lastUs)), durationUs, draws.Next());
    }

    private static void AddClockFaults(List<ScheduledFault> faults, SwarmConfig swarm, Draws draws)
    {
        FaultKind[] kinds = [.. swarm.Faults.Where(IsClock)];
        var fromUs = FirstUs;
        while (kinds.Length > 0)
        {
            var startUs = fromUs + (draws.Between(1_000, 120_000) * 1_000);
            var durationUs = draws.Between(2_000, 60_000) * 1_000;
            if (startUs + durationUs > swarm.FaultsEndUs)
            {
                return;
            }

            faults.Add(new ScheduledFault(draws.Pick(kinds), startUs, durationUs, draws.Next()));
            fromUs = startUs + durationUs + ClockRestUs;
        }
    }

    private static (long LeastMs, long MostMs) DurationMs(FaultKind kind, SwarmConfig swarm) => kind switch
    {
        FaultKind.Loss or FaultKind.Delay or FaultKind.Duplication or FaultKind.Reordering => (2_000, 120_000),
        FaultKind.Partition or FaultKind.OneWayPartition or FaultKind.IsolatedLeader => (500, 40_000),
        FaultKind.FlappingLink or FaultKind.SlowLink => (2_000, 60_000),
        FaultKind.SlowSync or FaultKind.DiskFull => (1_000, 40_000),
        FaultKind.FailedSync or FaultKind.CrashAtPoint => (10_000, 60_000),
        FaultKind.RestartStorm => (5_000, 40_000),
        FaultKind.Freeze => (50, 20_000),
        FaultKind.FrozenLeader => (swarm.ElectionMinMs, 10L * swarm.ElectionMaxMs),
        FaultKind.RollingRestart => (60_000, 180_000),
        FaultKind.Growth or FaultKind.Leave or FaultKind.Replace or FaultKind.Join => (60_000, 200_000),
        FaultKind.ProcessKill or FaultKind.PowerLoss or FaultKind.PowerLossOfAll => (0, 0),
        FaultKind.FlippedBit or FaultKind.WipedDisk or FaultKind.DamagedCheckpoint or FaultKind.Transfer => (0, 0),
        FaultKind.ClockSkew or FaultKind.ClockDrift => (2_000, 60_000),
        FaultKind.ClockStepForward or FaultKind.ClockStepBack => (2_000, 60_000),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
