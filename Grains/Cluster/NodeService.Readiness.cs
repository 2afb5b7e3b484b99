using TimeMachine.Core.Raft;
using TimeMachine.Grains.Hosting;

namespace TimeMachine.Grains.Cluster;

/// <content>Whether the node can do its work, and its figures: looked at again and again on its own thread.</content>
internal sealed partial class NodeService
{
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookAgeMax = TimeSpan.FromSeconds(2);
    private volatile string _notReady = "the node is starting";
    private long _lookedAt;

    /// <inheritdoc/>
    public bool IsReady(out string reason)
    {
        reason = _isStopping ? "the node is stopping" : _notReady;
        if (reason.Length == 0 && _time.GetElapsedTime(Volatile.Read(ref _lookedAt)) is var age && age > LookAgeMax)
        {
            reason = $"the node's thread has not answered for {(int)age.TotalSeconds} s";
        }

        return reason.Length == 0;
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(LookPause, _time);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            var (reason, figures) = await _host!
                .AskAsync(static machine => (NotReadyReason(machine), FiguresOf(machine)))
                .WaitAsync(_stopping.Token);
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            _notReady = reason;
            _metrics.Show(figures with { IsReady = reason.Length == 0 });
        }
    }

    private static NodeFigures FiguresOf(NodeMachine machine)
    {
        var core = machine.Core;
        var trigger = core.Trigger;
        return new NodeFigures
        {
            OldestDueUnfiredMs = trigger.OldestDueUnfiredMs(),
            ClockSkewMs = core.Clock.SkewMs(machine.Now),
            ArmedJobs = trigger.PendingCount,
            OpenClaims = trigger.ClaimCount,
            HeldRoutes = trigger.HeldRoutes,
            Leaders = core.Engine.Groups.Count(static raft => raft.Role == RaftRole.Leader && !raft.Group.IsSystem),
            Replicas = core.Replicas.Count(static replica => !replica.Group.IsSystem),
            DamagedVNodes = machine.Stopped.Count,
            LogSegments = core.Engine.Log.SegmentCount,
            IsStorageFull = core.Engine.IsStorageFullOn(core.Self),
            RefusedMessages = machine.Refused,
            WheelMissed = trigger.Counters.WheelMissed,
            ClaimsProposed = trigger.Counters.ClaimsProposed,
            ClaimsRefused = trigger.Counters.ClaimsRefused,
            ClaimsInherited = trigger.Counters.ClaimsInherited,
            SendsReleased = trigger.Counters.SendsReleased,
            JobsExpired = trigger.Counters.JobsExpired,
        };
    }
}
