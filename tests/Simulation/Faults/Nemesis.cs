using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Network;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Faults;

/// <summary>Strikes by the schedule, starts again what crashed, and sets all right when the quiet phase
/// begins.</summary>
public sealed partial class Nemesis : IEventTarget
{
    private const int Begin = 0;
    private const int End = 1;
    private const int Step = 2;
    private const int FaultsOver = 3;
    private const int PutOffCountMax = 4;
    private const long PutOffUs = 15_000_000;

    private readonly World _world;
    private readonly SimNetwork _network;
    private readonly SwarmConfig _swarm;
    private readonly IClusterUnderTest _cluster;
    private readonly List<ActiveFault> _faults = [];
    private readonly bool[] _hasJoined;
    private readonly bool[] _hasLeft;
    private readonly bool[] _isRestartHeld;

    /// <summary>Schedules the faults of a run whose hosts exist.</summary>
    public Nemesis(SimRun run, IClusterUnderTest cluster)
    {
        ArgumentNullException.ThrowIfNull(run);
        _world = run.World;
        _network = run.Network;
        _swarm = run.Swarm;
        _cluster = cluster;
        _hasJoined = new bool[_swarm.NodeCount + 1];
        _hasLeft = new bool[_swarm.NodeCount + 1];
        _isRestartHeld = new bool[_swarm.NodeCount + 1];
        for (var node = 1; node <= _swarm.NodeCount; node++)
        {
            _hasJoined[node] = node <= _swarm.InitialNodeCount;
            _network.HostAt(node).Crashed = StartAgain;
        }

        foreach (var fault in FaultSchedule.Draw(_swarm, _world.Draws.Faults))
        {
            _world.Schedule(fault.StartUs, this, Begin, _faults.Count);
            _faults.Add(new ActiveFault(fault));
        }

        _world.Schedule(_swarm.FaultsEndUs, this, FaultsOver);
    }

    /// <inheritdoc/>
    public int Address => -1;

    /// <summary>Whether the quiet phase has begun.</summary>
    public bool IsQuiet { get; private set; }

    /// <inheritdoc/>
    public void OnEvent(in SimEvent simEvent)
    {
        if (simEvent.Kind == FaultsOver)
        {
            BeQuiet();
            return;
        }

        var active = _faults[(int)simEvent.Argument];
        switch (simEvent.Kind)
        {
            case Begin when !IsQuiet:
                BeginFault(active, (int)simEvent.Argument);
                break;
            case Step when !IsQuiet && active.IsOn:
                TakeStep(active, (int)simEvent.Argument);
                break;
            case End when active.IsOn:
                EndFault(active);
                break;
            default:
                break;
        }
    }

    private void BeginFault(ActiveFault active, int number)
    {
        var isStruck = active.Fault.Kind switch
        {
            FaultKind.Loss or FaultKind.Delay or FaultKind.Duplication or FaultKind.Reordering => DegradeLinks(active),
            FaultKind.SlowLink => SlowNode(active),
            FaultKind.Partition => Part(active, isOneWay: false),
            FaultKind.OneWayPartition => Part(active, isOneWay: true),
            FaultKind.IsolatedLeader or FaultKind.FrozenLeader => StrikeLeader(active, number),
            FaultKind.FlappingLink => BeginFlapping(active, number),
            FaultKind.SlowSync or FaultKind.FailedSync or FaultKind.DiskFull => BeginDiskFault(active),
            FaultKind.FlippedBit or FaultKind.WipedDisk or FaultKind.DamagedCheckpoint => LoseDisk(active),
            FaultKind.ProcessKill or FaultKind.PowerLoss or FaultKind.PowerLossOfAll => CrashNodes(active),
            FaultKind.CrashAtPoint => ArmCrash(active),
            FaultKind.RestartStorm or FaultKind.RollingRestart => BeginRestarts(active, number),
            FaultKind.Freeze => FreezeNode(active),
            FaultKind.Transfer => _cluster.TryTransfer(),
            FaultKind.ClockSkew or FaultKind.ClockDrift => BeginClockFault(active),
            FaultKind.ClockStepForward or FaultKind.ClockStepBack => BeginClockFault(active),
            FaultKind.Join or FaultKind.Growth => BeginJoining(active, number),
            FaultKind.Leave or FaultKind.Replace => BeginLeaving(active, number),
            _ => throw new ArgumentOutOfRangeException(nameof(active)),
        };
        if (!isStruck)
        {
            PutOff(active, number);
            return;
        }

        _world.Count(FaultCounters.Of(active.Fault.Kind));
        var fault = active.Fault;
        _world.Trace($"fault {fault.Kind} node {active.Node} other {active.Other} for {fault.DurationUs} us");
        active.IsOn = active.Fault.DurationUs > 0;
        _world.Schedule(_world.NowUs + active.Fault.DurationUs, this, End, number);
    }

    /// <summary>
    /// Nobody could be struck, or a disk could not be lost just now: later perhaps. Clocks keep their plan.
    /// </summary>
    private void PutOff(ActiveFault active, int number)
    {
        var laterUs = _world.NowUs + PutOffUs;
        var isInTime = laterUs + active.Fault.DurationUs < _swarm.FaultsEndUs;
        if (isInTime && active.PutOffCount++ < PutOffCountMax && !FaultSchedule.IsClock(active.Fault.Kind))
        {
            _world.Schedule(laterUs, this, Begin, number);
        }
    }

    private void EndFault(ActiveFault active)
    {
        active.IsOn = false;
        _world.Trace($"fault {active.Fault.Kind} node {active.Node} is over");
        EndLinks(active);
        switch (active.Fault.Kind)
        {
            case FaultKind.SlowSync or FaultKind.FailedSync or FaultKind.DiskFull:
                EndDiskFault(active);
                break;
            case FaultKind.CrashAtPoint:
                _network.HostAt(active.Node).DisarmCrash();
                break;
            case FaultKind.IsolatedLeader:
                _network.HostAt(active.Node).Sending = null;
                break;
            case FaultKind.Freeze or FaultKind.FrozenLeader:
                _network.HostAt(active.Node).Sending = null;
                _network.HostAt(active.Node).Thaw(timerFirst: active.Draws.Chance(1, 2));
                break;
            case FaultKind.ClockSkew or FaultKind.ClockDrift or FaultKind.ClockStepForward or FaultKind.ClockStepBack:
                _network.HostAt(active.Node).Clock.Mend();
                break;
            default:
                break;
        }
    }

    private void TakeStep(ActiveFault active, int number)
    {
        switch (active.Fault.Kind)
        {
            case FaultKind.FlappingLink:
                Flap(active, number);
                break;
            case FaultKind.IsolatedLeader or FaultKind.FrozenLeader:
                StrikeSender(active, number);
                break;
            case FaultKind.RestartStorm:
                StormOn(active, number);
                break;
            case FaultKind.RollingRestart:
                RollOn(active, number);
                break;
            case FaultKind.Join or FaultKind.Growth:
                JoinNext(active, number);
                break;
            case FaultKind.Leave or FaultKind.Replace:
                EndLeaving(active, number);
                break;
            default:
                break;
        }
    }

    private void BeQuiet()
    {
        foreach (var active in _faults.Where(active => active.IsOn))
        {
            EndFault(active);
        }

        IsQuiet = true;
        _network.HealAll();
        for (var node = 1; node <= _swarm.NodeCount; node++)
        {
            SetRight(_network.HostAt(node));
        }

        _world.Trace($"faults are over");
        _cluster.OnFaultsOver();
    }

    private void SetRight(SimHost host)
    {
        host.Thaw(timerFirst: true);
        host.DisarmCrash();
        host.Clock.Mend();
        host.LogDisk.IsFull = false;
        host.LogDisk.SlowSyncUs = 0;
        host.LogDisk.StalledUntilUs = 0;
        host.LogDisk.HealSync();
        host.CheckpointDisk.IsFull = false;
        host.CheckpointDisk.StalledUntilUs = 0;
        _isRestartHeld[host.Address] = false;
        if (host.State == HostState.Down && _hasJoined[host.Address])
        {
            host.StartAfter(500_000);
        }
    }

    private void StartAgain(SimHost host)
    {
        // A supervisor starts a node again after half a second and longer; a machine takes its time.
        var mostMs = IsQuiet ? 600 : _world.Draws.Faults.Chance(1, 4) ? 30_000 : 4_000;
        if (!_isRestartHeld[host.Address] && !host.IsRetired)
        {
            host.StartAfter(_world.Draws.Faults.Between(500, mostMs) * 1_000);
        }
    }

    private void StepLater(int number, long delayUs) => _world.Schedule(_world.NowUs + delayUs, this, Step, number);

    /// <summary>Draws a running node, a frozen one not; 0 if there is none.</summary>
    private int PickRunning(Draws draws)
    {
        var from = draws.Index(_swarm.NodeCount);
        for (var i = 0; i < _swarm.NodeCount; i++)
        {
            var node = 1 + ((from + i) % _swarm.NodeCount);
            if (_network.HostAt(node).IsRunning)
            {
                return node;
            }
        }

        return 0;
    }

    private int PickLeader(Draws draws)
    {
        var leader = _cluster.LeaderNode();
        return leader > 0 && _network.HostAt(leader).IsRunning ? leader : PickRunning(draws);
    }
}
