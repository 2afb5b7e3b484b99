using TimeMachine.Simulation.Disk;

namespace TimeMachine.Simulation.Kernel;

/// <content>Start, crash, freeze, thaw, wipe.</content>
public sealed partial class SimHost
{
    /// <summary>Messages that wait for a frozen process; more are dropped, as full socket buffers would.</summary>
    public const int FrozenMessagesMax = 512;

    private readonly List<SimEvent> _kept = [];
    private SimLogDisk? _logDisk;
    private SimCheckpointDisk? _checkpointDisk;
    private CrashPoint _armedPoint;
    private CrashKind _armedKind;
    private int _keptMessages;

    /// <summary>Gives the host its disks.</summary>
    public void AddDisks(in LogDiskOptions logOptions, in CheckpointDiskOptions checkpointOptions)
    {
        Invariant.Require(_logDisk is null);
        _logDisk = new SimLogDisk(_world, this, in logOptions);
        _checkpointDisk = new SimCheckpointDisk(_world, this, in checkpointOptions);
    }

    /// <summary>Starts the process after a delay, if it is down then.</summary>
    public void StartAfter(long delayUs) =>
        _world.ScheduleEvent(this, new SimEvent(_world.NowUs + delayUs, StartNow, Life, 0, null));

    /// <summary>Crashes the process now; nothing if it is down. Never call it from inside the process: see <see
    /// cref="Die"/>.</summary>
    public void Crash(CrashKind kind)
    {
        if (State == HostState.Down)
        {
            return;
        }

        State = HostState.Down;
        _deathKind = 0;
        _armedPoint = 0;
        ForgetWaiting();
        _world.Count(SimHostCounters.Crashes);
        _world.Trace($"node {Address} crashes: {kind}");
        Process.Crash(kind);
        _logDisk?.Crash(kind);
        _checkpointDisk?.Crash();
        Crashed?.Invoke(this);
    }

    /// <summary>Arms a crash at the next pass of a point.</summary>
    public void ArmCrash(CrashPoint point, CrashKind kind)
    {
        _armedPoint = point;
        _armedKind = kind;
    }

    /// <summary>Takes back what <see cref="ArmCrash"/> armed.</summary>
    public void DisarmCrash() => _armedPoint = 0;

    /// <summary>Called after each crash, a crash at a point and an own death included: the nemesis starts the host
    /// again.</summary>
    public Action<SimHost>? Crashed { get; set; }

    /// <summary>Called when the process plans a request to a recipient (false) and when it has written one
    /// (true): the nemesis strikes then.</summary>
    public Action<bool>? Sending { get; set; }

    /// <summary>Makes the process stand still; nothing unless it runs.</summary>
    public void Freeze()
    {
        if (State != HostState.Running)
        {
            return;
        }

        State = HostState.Frozen;
        _world.Trace($"node {Address} freezes");
        Process.Freeze();
    }

    /// <summary>Lets the process go on; what waited is delivered at this very time.</summary>
    /// <param name="timerFirst">Whether timers, sends and their ends among them, fire before the waiting messages are
    /// read: the harder order.</param>
    public void Thaw(bool timerFirst)
    {
        if (State != HostState.Frozen)
        {
            return;
        }

        State = HostState.Running;
        _world.Trace($"node {Address} thaws, {_kept.Count} events waited");
        if (_kept.Count > 0)
        {
            _world.Count(SimHostCounters.ThawedBacklog);
        }

        Process.Thaw();
        ReleaseKept(timers: timerFirst);
        ReleaseKept(timers: !timerFirst);
        _kept.Clear();
        _keptMessages = 0;
        EndIfDying();
    }

    /// <summary>Empties all disks: the next start is a new incarnation. The process must be down.</summary>
    public void Wipe()
    {
        Invariant.Require(State == HostState.Down);
        Incarnation++;
        _logDisk?.Wipe();
        _checkpointDisk?.Wipe();
        _world.Trace($"node {Address} loses its disks");
    }

    /// <summary>The host leaves for good: crashed if it runs, never started again.</summary>
    public void Retire()
    {
        IsRetired = true;
        Crash(CrashKind.ProcessKill);
    }

    private void StartIfDown(int life)
    {
        if (State != HostState.Down || IsRetired || life != Life)
        {
            return;
        }

        State = HostState.Running;
        Life++;
        _timerWantedUs = long.MaxValue;
        _timerQueuedUs = long.MaxValue;
        _world.Count(SimHostCounters.Starts);
        _world.Trace($"node {Address} starts, life {Life}, incarnation {Incarnation}");
        Process.Start(new ProcessStart(Life, Incarnation));
        EndIfDying();
    }

    private void EndIfDying()
    {
        if (IsDying)
        {
            Crash(_deathKind);
        }
    }

    private void Keep(in SimEvent simEvent)
    {
        if (simEvent.Kind == Deliver && _keptMessages++ >= FrozenMessagesMax)
        {
            _world.Count(SimHostCounters.BacklogDropped);
            Drop(in simEvent);
            return;
        }

        _kept.Add(simEvent);
    }

    private void ReleaseKept(bool timers)
    {
        for (var i = 0; i < _kept.Count; i++)
        {
            var kept = _kept[i];
            var isTimer = kept.Kind == Timer;
            if ((isTimer || kept.Kind == WorkDone) != timers)
            {
                continue;
            }

            // A kept timer's time has passed: it must look like the one that is waited for.
            _timerQueuedUs = isTimer && kept.TimeUs == _timerQueuedUs ? _world.NowUs : _timerQueuedUs;
            _world.ScheduleEvent(this, kept with { TimeUs = _world.NowUs });
        }
    }

    private void ForgetWaiting()
    {
        foreach (var kept in _kept)
        {
            Drop(in kept);
        }

        _kept.Clear();
        _keptMessages = 0;
        _timerWantedUs = long.MaxValue;
        _timerQueuedUs = long.MaxValue;
    }
}
