using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Tests.Kernel;

public sealed class SimHostTests
{
    private readonly ASmallWorld _world = new();

    [Fact]
    public void A_later_wish_replaces_a_timer()
    {
        _world.Right.SetTimerUs(10_000);
        _world.Right.SetTimerUs(20_000);
        _world.RunMs(15);
        Assert.Empty(_world.RightProcess.Seen);

        _world.RunMs(15);

        Assert.Equal(["timer"], _world.RightProcess.Seen);
    }

    [Fact]
    public void An_earlier_wish_replaces_a_timer()
    {
        _world.Right.SetTimerUs(20_000);
        _world.Right.SetTimerUs(5_000);

        _world.RunMs(30);

        Assert.Equal(["timer"], _world.RightProcess.Seen);
    }

    [Fact]
    public void A_timer_on_the_monotonic_clock_fires_at_its_reading()
    {
        var at = _world.Right.Clock.Mono + 70_000;
        var read = default(MonoMs);
        _world.RightProcess.Wakes = () => read = _world.Right.Clock.Mono;

        _world.Right.SetTimer(at);
        _world.RunMs(80_000);

        Assert.Equal(at, read);
    }

    [Fact]
    public void A_frozen_process_gets_everything_at_once_when_it_thaws()
    {
        _world.Right.SetTimerUs(2_000);
        _world.Right.Work(1_500, 7, 42, "x");
        _world.Right.Freeze();
        _world.Send(1);
        _world.RunMs(50);

        _world.Right.Thaw(timerFirst: true);
        _world.RunMs(0);

        Assert.Equal(["freeze", "thaw", "work 7 42 x", "timer", "message 1"], _world.RightProcess.Seen);
    }

    [Fact]
    public void A_thawed_process_may_read_its_messages_before_its_timers()
    {
        _world.Right.SetTimerUs(500);
        _world.Right.Freeze();
        _world.Send(1);
        _world.RunMs(50);

        _world.Right.Thaw(timerFirst: false);
        _world.RunMs(0);

        Assert.Equal(["freeze", "thaw", "message 1", "timer"], _world.RightProcess.Seen);
    }

    [Fact]
    public void A_crashed_process_hears_nothing_of_its_former_life()
    {
        _world.Right.SetTimerUs(5_000);
        _world.Right.Work(5_000, 1);
        _world.Right.LogDisk.TryPrepare(0);
        _world.Right.LogDisk.Write(0, 0, [1]);
        _world.Right.LogDisk.Sync(9);

        _world.Right.Crash(CrashKind.ProcessKill);
        _world.Right.StartAfter(10);
        _world.RunMs(100);

        Assert.Equal(["crash ProcessKill", "start 2/1"], _world.RightProcess.Seen);
    }

    [Fact]
    public void Messages_to_a_process_that_is_down_are_lost()
    {
        _world.Right.Crash(CrashKind.DropAll);
        _world.Send(1);
        _world.RunMs(5);

        _world.Right.StartAfter(0);
        _world.RunMs(5);

        Assert.Equal(["crash DropAll", "start 2/1"], _world.RightProcess.Seen);
    }

    [Fact]
    public void A_crash_point_strikes_once_and_nothing_after_it_takes_effect()
    {
        var passes = 0;
        _world.RightProcess.Receives = _ =>
        {
            passes += _world.Right.ShouldCrashHere(CrashPoint.AfterPersist) ? 1 : 0;
            _world.Network.Send(_world.Right, 1, 0, [99]);
            _world.Right.LogDisk.Sync(1);
        };
        _world.Right.ArmCrash(CrashPoint.AfterPersist, CrashKind.TornTail);

        _world.Send(1);
        _world.RunMs(100);

        Assert.Equal(1, passes);
        Assert.Equal(["message 1", "crash TornTail"], _world.RightProcess.Seen);
        Assert.Empty(_world.LeftProcess.Seen);
    }

    [Fact]
    public void A_process_that_goes_on_after_a_failed_log_sync_violates()
    {
        _world.Right.LogDisk.FailNextSync();
        _world.Right.LogDisk.Sync(1);

        _world.RunMs(100);

        Assert.Equal("failed-sync-survived", Assert.Single(_world.World.Violations).Checker);
    }

    [Fact]
    public void A_process_that_ends_itself_after_a_failed_log_sync_does_right()
    {
        _world.RightProcess.Syncs = _ => _world.Right.Die();
        _world.Right.LogDisk.FailNextSync();
        _world.Right.LogDisk.Sync(1);

        _world.RunMs(100);

        Assert.Empty(_world.World.Violations);
        Assert.Equal(["Log sync 1 Failed", "crash ProcessKill"], _world.RightProcess.Seen);
    }

    [Fact]
    public void A_wiped_host_comes_back_as_a_new_incarnation_with_empty_disks()
    {
        _world.Right.LogDisk.TryPrepare(0);
        _world.Right.CheckpointDisk.PutNow(1, "identity");

        _world.Right.Crash(CrashKind.DropAll);
        _world.Right.Wipe();
        _world.Right.StartAfter(0);
        _world.RunMs(1);

        Assert.Equal("start 2/2", _world.RightProcess.Seen[^1]);
        Assert.Empty(_world.Right.LogDisk.Slots);
        Assert.True(_world.Right.CheckpointDisk.IsEmpty);
    }

    [Fact]
    public void A_retired_host_never_starts_again()
    {
        _world.Right.Retire();
        _world.Right.StartAfter(0);
        _world.RunMs(10);

        Assert.Equal(HostState.Down, _world.Right.State);
    }
}
