using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Faults;

/// <content>Faults of disks, clocks and processes.</content>
public sealed partial class Nemesis
{
    private static readonly CrashKind[] PowerLosses =
        [CrashKind.DropAll, CrashKind.KeepPrefix, CrashKind.OutOfOrder, CrashKind.TornTail];

    private static readonly CrashPoint[] CrashPoints = Enum.GetValues<CrashPoint>();

    private bool BeginDiskFault(ActiveFault active)
    {
        active.Node = active.Draws.Chance(1, 2) ? PickLeader(active.Draws) : PickRunning(active.Draws);
        if (active.Node == 0)
        {
            return false;
        }

        var host = _network.HostAt(active.Node);
        switch (active.Fault.Kind)
        {
            case FaultKind.FailedSync:
                host.LogDisk.FailNextSync();
                break;
            case FaultKind.DiskFull:
                host.LogDisk.IsFull = true;
                host.CheckpointDisk.IsFull = true;
                break;
            case FaultKind.SlowSync when active.Draws.Chance(1, 3):
                host.LogDisk.StalledUntilUs = _world.NowUs + active.Fault.DurationUs;
                host.CheckpointDisk.StalledUntilUs = host.LogDisk.StalledUntilUs;
                break;
            default:
                host.LogDisk.SlowSyncUs = active.Draws.Between(5_000, 1_500_000);
                break;
        }

        return true;
    }

    private void EndDiskFault(ActiveFault active)
    {
        var host = _network.HostAt(active.Node);
        switch (active.Fault.Kind)
        {
            case FaultKind.FailedSync:
                host.LogDisk.HealSync();
                break;
            case FaultKind.DiskFull:
                host.LogDisk.IsFull = false;
                host.CheckpointDisk.IsFull = false;
                break;
            default:
                host.LogDisk.SlowSyncUs = 0;
                break;
        }
    }

    private bool LoseDisk(ActiveFault active)
    {
        active.Node = PickRunning(active.Draws);
        if (active.Node == 0 || !_cluster.CanLoseDisk(active.Node))
        {
            return false;
        }

        var host = _network.HostAt(active.Node);
        switch (active.Fault.Kind)
        {
            case FaultKind.FlippedBit:
                var isFlipped = host.LogDisk.TryFlipBit();
                CrashIf(isFlipped && active.Draws.Chance(3, 4), host, active);
                return isFlipped;
            case FaultKind.DamagedCheckpoint:
                var isDamaged = host.CheckpointDisk.TryDamageOne(_swarm.FirstImageKey);
                CrashIf(isDamaged && active.Draws.Chance(3, 4), host, active);
                return isDamaged;
            default:
                host.Crash(CrashKind.DropAll);
                host.Wipe();
                return true;
        }
    }

    private static void CrashIf(bool isWanted, SimHost host, ActiveFault active)
    {
        // Damage shows at the next start, or at the next read of a process that goes on.
        if (isWanted)
        {
            host.Crash(active.Draws.Chance(1, 2) ? CrashKind.ProcessKill : active.Draws.Pick(PowerLosses));
        }
    }

    private bool CrashNodes(ActiveFault active)
    {
        if (active.Fault.Kind != FaultKind.PowerLossOfAll)
        {
            active.Node = active.Draws.Chance(1, 2) ? PickLeader(active.Draws) : PickRunning(active.Draws);
            if (active.Node > 0)
            {
                var isKill = active.Fault.Kind == FaultKind.ProcessKill;
                _network.HostAt(active.Node).Crash(isKill ? CrashKind.ProcessKill : active.Draws.Pick(PowerLosses));
            }

            return active.Node > 0;
        }

        for (var node = 1; node <= _swarm.NodeCount; node++)
        {
            _network.HostAt(node).Crash(active.Draws.Pick(PowerLosses));
        }

        return true;
    }

    private bool ArmCrash(ActiveFault active)
    {
        active.Node = active.Draws.Chance(1, 2) ? PickLeader(active.Draws) : PickRunning(active.Draws);
        if (active.Node == 0)
        {
            return false;
        }

        var kind = active.Draws.Chance(1, 2) ? CrashKind.ProcessKill : active.Draws.Pick(PowerLosses);
        _network.HostAt(active.Node).ArmCrash(active.Draws.Pick(CrashPoints), kind);
        return true;
    }

    private bool FreezeNode(ActiveFault active)
    {
        active.Node = PickRunning(active.Draws);
        if (active.Node > 0)
        {
            _network.HostAt(active.Node).Freeze();
        }

        return active.Node > 0;
    }

    private bool BeginClockFault(ActiveFault active)
    {
        active.Node = PickRunning(active.Draws);
        if (active.Node == 0 || !_cluster.CanLoseClock(active.Node))
        {
            return false;
        }

        var clock = _network.HostAt(active.Node).Clock;
        var byUs = active.Draws.Between(60, active.Draws.Chance(1, 2) ? 2_000 : 120_000) * 1_000;
        switch (active.Fault.Kind)
        {
            case FaultKind.ClockDrift:
                clock.Drift((int)active.Draws.Between(1_000, 100_000) * (active.Draws.Chance(1, 2) ? 1 : -1));
                break;
            case FaultKind.ClockSkew:
                clock.Step(active.Draws.Chance(1, 2) ? byUs : -byUs);
                break;
            case FaultKind.ClockStepForward:
                clock.Step(byUs);
                break;
            default:
                clock.Step(-byUs);
                break;
        }

        return true;
    }
}
