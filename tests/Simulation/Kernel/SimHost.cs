using TimeMachine.Simulation.Clocks;
using TimeMachine.Simulation.Disk;

namespace TimeMachine.Simulation.Kernel;

/// <summary>The machine that a process runs on: its address, clock, disks and life.</summary>
public sealed partial class SimHost : IEventTarget
{
    internal const int Deliver = -1;
    internal const int Timer = -2;
    internal const int SyncOk = -3;
    internal const int SyncFailed = -4;
    internal const int SyncFull = -5;
    internal const int WorkDone = -6;
    internal const int StartNow = -7;

    private readonly World _world;
    private long _timerWantedUs = long.MaxValue;
    private long _timerQueuedUs = long.MaxValue;
    private CrashKind _deathKind;

    internal SimHost(World world, int address, ISimProcess process, SimClock clock)
    {
        _world = world;
        Address = address;
        Process = process;
        Clock = clock;
    }

    /// <inheritdoc/>
    public int Address { get; }

    /// <summary>What runs here.</summary>
    public ISimProcess Process { get; }

    /// <summary>The machine's clocks.</summary>
    public SimClock Clock { get; }

    /// <summary>The node's log disk.</summary>
    /// <exception cref="InvariantViolationException">The host has none.</exception>
    public SimLogDisk LogDisk => _logDisk ?? throw new InvariantViolationException("the host has no log disk");

    /// <summary>The node's checkpoint disk.</summary>
    /// <exception cref="InvariantViolationException">The host has none.</exception>
    public SimCheckpointDisk CheckpointDisk =>
        _checkpointDisk ?? throw new InvariantViolationException("the host has no checkpoint disk");

    /// <summary>Where the host is in its life.</summary>
    public HostState State { get; private set; } = HostState.Down;

    /// <summary>Whether the process handles events now.</summary>
    public bool IsRunning => State == HostState.Running && !IsDying;

    /// <summary>Whether the process ends with the present event: nothing it still sends or writes takes
    /// effect.</summary>
    public bool IsDying => _deathKind != 0;

    /// <summary>Counts the starts.</summary>
    public int Life { get; private set; }

    /// <summary>Counts the disks: one more after each wipe.</summary>
    public int Incarnation { get; private set; } = 1;

    /// <summary>Whether the host left for good and is not started again.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Asks for <see cref="ISimProcess.OnTimer"/> at a true time; replaces the earlier wish.</summary>
    /// <param name="atUs">Microseconds; <see cref="long.MaxValue"/> takes the wish back.</param>
    public void SetTimerUs(long atUs)
    {
        _timerWantedUs = Math.Max(atUs, _world.NowUs);
        if (_timerWantedUs < _timerQueuedUs)
        {
            _timerQueuedUs = _timerWantedUs;
            _world.ScheduleEvent(this, new SimEvent(_timerQueuedUs, Timer, Life, 0, null));
        }
    }

    /// <summary>Asks for <see cref="ISimProcess.OnTimer"/> when the host's monotonic clock shows a time.</summary>
    public void SetTimer(MonoMs at) => SetTimerUs(Clock.TrueUsAt(at));

    /// <summary>Asks for <see cref="ISimProcess.OnWork"/> after a delay; lost at a crash, late after a
    /// freeze.</summary>
    public void Work(long delayUs, int kind, long argument = 0, object? payload = null)
    {
        Invariant.Require(kind >= 0);
        var work = new SimEvent(_world.NowUs + delayUs, WorkDone, Life, ((long)kind << 48) | argument, payload);
        Invariant.Require(argument is >= 0 and < 1L << 48);
        _world.ScheduleEvent(this, work);
    }

    /// <summary>Ends the process with the present event: what a node does after a failed write or sync.</summary>
    public void Die(CrashKind kind = CrashKind.ProcessKill) => _deathKind = IsDying ? _deathKind : kind;

    /// <summary>Whether the process must crash here: true once for an armed point. The caller then returns at
    /// once.</summary>
    public bool ShouldCrashHere(CrashPoint point)
    {
        if (_armedPoint != point || State != HostState.Running || IsDying)
        {
            return false;
        }

        _armedPoint = 0;
        _deathKind = _armedKind;
        _world.Count(SimHostCounters.AtPoint[(int)point]);
        _world.Trace($"node {Address} crashes at {point}");
        return true;
    }

    /// <inheritdoc/>
    public void OnEvent(in SimEvent simEvent)
    {
        if (simEvent.Kind == StartNow)
        {
            StartIfDown(simEvent.Guard);
            return;
        }

        if (State == HostState.Frozen)
        {
            Keep(in simEvent);
            return;
        }

        if (State == HostState.Running && (simEvent.Kind == Deliver || simEvent.Guard == Life))
        {
            Dispatch(in simEvent);
            EndIfDying();
            return;
        }

        Drop(in simEvent);
    }

    private void Dispatch(in SimEvent simEvent)
    {
        switch (simEvent.Kind)
        {
            case Deliver:
                DeliverMessage((MessageBuffer)simEvent.Payload!);
                break;
            case Timer:
                FireTimer(simEvent.TimeUs);
                break;
            case SyncOk or SyncFailed or SyncFull:
                EndSync(in simEvent);
                break;
            case WorkDone:
                var kind = (int)(simEvent.Argument >> 48);
                Process.OnWork(kind, simEvent.Argument & ((1L << 48) - 1), simEvent.Payload);
                break;
            default:
                Invariant.Fail($"unknown event kind {simEvent.Kind}");
                break;
        }
    }

    private void DeliverMessage(MessageBuffer message)
    {
        var bytes = new ReadOnlyMemory<byte>(message.Bytes, 0, message.Length);
        _world.Mix(bytes.Span);
        Process.OnMessage(new SimMessage(message.From, message.Lane, bytes, message.Attachment, message.SentUs));
        _world.Memory.Release(message);
    }

    private void FireTimer(long atUs)
    {
        if (atUs != _timerQueuedUs)
        {
            return;
        }

        _timerQueuedUs = long.MaxValue;
        if (_timerWantedUs > _world.NowUs)
        {
            SetTimerUs(_timerWantedUs);
            return;
        }

        _timerWantedUs = long.MaxValue;
        Process.OnTimer();
    }

    private void EndSync(in SimEvent simEvent)
    {
        var status = (SyncStatus)(SyncOk - simEvent.Kind + 1);
        var disk = simEvent.Payload is SimLogDisk ? DiskKind.Log : DiskKind.Checkpoint;
        Process.OnSyncDone(new SyncDone(disk, simEvent.Argument, status));
        if (status == SyncStatus.Failed && disk == DiskKind.Log && !IsDying)
        {
            _world.Violate("failed-sync-survived", $"node {Address} goes on after a failed sync of its log");
        }
    }

    private void Drop(in SimEvent simEvent)
    {
        if (simEvent.Payload is MessageBuffer message)
        {
            _world.Memory.Release(message);
        }
    }
}
