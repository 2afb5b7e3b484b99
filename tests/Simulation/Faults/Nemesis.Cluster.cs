using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Faults;

/// <content>Faults of several steps: restarts, joining, leaving, replacing, growing.</content>
public sealed partial class Nemesis
{
    /// <summary>A node in a planned stop is ended after this, ready or not, in microseconds.</summary>
    public const long PlannedStopUsMax = 15_000_000;

    private const long PollUs = 200_000;

    private bool BeginRestarts(ActiveFault active, int number)
    {
        if (PickRunning(active.Draws) == 0)
        {
            return false;
        }

        active.Step = 0;
        StepLater(number, 1);
        return true;
    }

    private void StormOn(ActiveFault active, int number)
    {
        var node = PickRunning(active.Draws);
        if (node > 0)
        {
            _network.HostAt(node).Crash(
                active.Draws.Chance(1, 2) ? CrashKind.ProcessKill : active.Draws.Pick(PowerLosses));
        }

        StepLater(number, active.Draws.Between(100, 6_000) * 1_000);
    }

    /// <summary>Node after node: hand over, end, start, wait. Other is the time in ms at which a stop is no longer
    /// waited for.</summary>
    private void RollOn(ActiveFault active, int number)
    {
        if (active.Node > 0)
        {
            EndStop(active, number);
            return;
        }

        do
        {
            active.Step++;
        }
        while (active.Step <= _swarm.NodeCount && !_network.HostAt(active.Step).IsRunning);

        if (active.Step <= _swarm.NodeCount)
        {
            active.Node = active.Step;
            active.Other = (int)(_world.NowMs + (PlannedStopUsMax / 1_000));
            _cluster.BeginPlannedStop(active.Node);
            StepLater(number, PollUs);
        }
    }

    private void EndStop(ActiveFault active, int number)
    {
        var host = _network.HostAt(active.Node);
        if (host.IsRunning && !_cluster.IsReadyToStop(active.Node) && _world.NowMs < active.Other)
        {
            StepLater(number, PollUs);
            return;
        }

        host.Crash(CrashKind.ProcessKill);
        active.Node = 0;
        StepLater(number, active.Draws.Between(3_000, 8_000) * 1_000);
    }

    private bool BeginJoining(ActiveFault active, int number)
    {
        StepLater(number, 1);
        return FirstSpare() > 0;
    }

    private void JoinNext(ActiveFault active, int number)
    {
        var spare = FirstSpare();
        if (spare == 0)
        {
            return;
        }

        TakeIn(spare);
        active.Other = spare;
        if (active.Fault.Kind == FaultKind.Growth)
        {
            StepLater(number, active.Draws.Between(500, 30_000) * 1_000);
        }
    }

    private void TakeIn(int spare)
    {
        _hasJoined[spare] = true;
        _cluster.Join(spare);
        _network.HostAt(spare).StartAfter(0);
    }

    private bool BeginLeaving(ActiveFault active, int number)
    {
        var isReplace = active.Fault.Kind == FaultKind.Replace;
        active.Node = PickRunning(active.Draws);
        var isFew = MembersLeft() <= _swarm.ReplicaCount;
        if (active.Node == 0 || !_cluster.CanLoseDisk(active.Node) || (isFew && (!isReplace || FirstSpare() == 0)))
        {
            return false;
        }

        if (isReplace)
        {
            _network.HostAt(active.Node).Retire();
            _network.HostAt(active.Node).Wipe();
            if (FirstSpare() is > 0 and var spare)
            {
                active.Other = spare;
                TakeIn(spare);
            }
        }

        _hasLeft[active.Node] = true;
        _cluster.Leave(active.Node);
        StepLater(number, PollUs);
        return true;
    }

    private void EndLeaving(ActiveFault active, int number)
    {
        var host = _network.HostAt(active.Node);
        if (host.IsRetired)
        {
            return;
        }

        if (_cluster.HasLeft(active.Node))
        {
            host.Retire();
            return;
        }

        StepLater(number, PollUs * 5);
    }

    /// <summary>Nodes that the cluster shall consist of: one that is on its way out is none of them.</summary>
    private int MembersLeft()
    {
        var members = 0;
        for (var node = 1; node <= _swarm.NodeCount; node++)
        {
            members += _hasJoined[node] && !_hasLeft[node] ? 1 : 0;
        }

        return members;
    }

    private int FirstSpare()
    {
        for (var node = 1; node <= _swarm.NodeCount; node++)
        {
            if (!_hasJoined[node])
            {
                return node;
            }
        }

        return 0;
    }
}
