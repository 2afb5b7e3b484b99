using TimeMachine.Core.Jobs;
using TimeMachine.Core.Triggering;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Nodes;

/// <content>The sender: waits for a claim's time, asks, writes once, and reports what it saw.</content>
public sealed partial class SimNode
{
    private const int SendWork = 1;
    private const int EndWork = 2;

    /// <inheritdoc/>
    public void OnWork(int kind, long argument, object? payload)
    {
        if (_core is null)
        {
            return;
        }

        if (kind == SendWork)
        {
            TrySend((ReadySend)payload!);
        }
        else
        {
            EndSend((SendRecord)payload!);
        }

        Turn();
    }

    /// <summary>Each slot of a route that this node holds belongs to a claim that is not over.</summary>
    public void CheckSlots()
    {
        if (_core is null)
        {
            return;
        }

        var held = _core.Routes.List().Sum(route => _core.Gate.InUse(route.Key));
        if (held > _core.Trigger.ClaimCount)
        {
            _run.World.Violate("slot-kept", $"node {Id} holds {held} slots for {_core.Trigger.ClaimCount} claims");
        }
    }

    private void PlanSends()
    {
        foreach (var send in _output.Sends)
        {
            var atUs = Math.Max(Host.Clock.TrueUsAt(send.At), _run.World.NowUs);
            Host.Work(atUs - _run.World.NowUs, SendWork, 0, send);
            Host.Sending?.Invoke(false);
        }

        _output.Sends.Clear();
    }

    private void TrySend(in ReadySend ready)
    {
        var released = _core!.Trigger.Counters.SendsReleased;
        if (!_core.TryBeginSend(ready.Group, ready.Claim, Now, out var send))
        {
            NoteGivenBack(ready, _core.Trigger.Counters.SendsReleased > released);
            return;
        }

        if (Host.ShouldCrashHere(CrashPoint.BeforeSendRequest))
        {
            return;
        }

        var raft = _core.Engine.Find(send.Group);
        var record = _observer.Recipients.BeginRequest(new SendInfo
        {
            Node = Id,
            Group = send.Group,
            Key = send.Key.ToString(),
            Version = send.Version,
            Claim = send.Claim,
            Route = send.Route.Key.ToString(),
            Attempt = send.Attempt,
            IsAtMostOnce = send.Mode == DeliveryMode.AtMostOnce,
            TimeoutMs = send.Route.TimeoutMs,
            DueNowMs = _core.TryDueNow(send.Group, Now, out var dueNow) ? dueNow.Value : 0,
            IsLeading = raft is not null && raft.IsLeaderConfirmed(Now),
            Term = raft?.Term ?? default,
        });
        NoteSend(record, send.Route);
        _run.World.Trace($"node {Id} sends {record.Info.Key} version {send.Version} claim {send.Claim}");
        if (!Host.ShouldCrashHere(CrashPoint.AfterSendRequest))
        {
            var afterMs = Math.Min(record.Plan.AfterMs, send.Route.TimeoutMs);
            Host.Work(afterMs * 1_000, EndWork, 0, record);
            Host.Sending?.Invoke(true);
        }
    }

    private void NoteGivenBack(in ReadySend ready, bool isGivenBack)
    {
        if (isGivenBack)
        {
            _observer.Jobs.GaveBack(ready.Group, ready.Claim);
            _run.World.Trace($"node {Id} gives back claim {ready.Claim} of group {ready.Group}");
        }
    }

    private void EndSend(SendRecord record)
    {
        _openSends.Remove(record);
        var info = record.Info;
        var durationMs = (int)((_observer.Violations.NowUs - record.StartUs) / 1_000);
        var isTimeout = durationMs >= info.TimeoutMs && record.Plan.AfterMs >= info.TimeoutMs;
        var saw = isTimeout ? SenderSaw.Timeout : record.Plan.Saw;
        var status = saw == SenderSaw.Status ? record.Plan.Status : 0;
        _observer.Recipients.EndRequest(record, saw, status);
        _run.World.Trace($"node {Id} saw {saw} {status} for {info.Key} claim {info.Claim}");
        var result = saw switch
        {
            SenderSaw.Status => AttemptResult.Answer(
                (ushort)status, durationMs, record.Plan.RetryAfterSeconds * 1_000),
            SenderSaw.ConnectRefused => AttemptResult.NotConnected(durationMs),
            SenderSaw.Broken => AttemptResult.Lost(AttemptEnd.Broken, durationMs),
            _ => AttemptResult.Lost(AttemptEnd.TimedOut, durationMs),
        };
        _core!.Trigger.OnAttemptEnded(info.Group, info.Claim, result, Now);
    }
}
