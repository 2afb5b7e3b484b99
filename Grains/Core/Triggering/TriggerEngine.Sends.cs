using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>The last check before the socket write.</content>
public sealed partial class TriggerEngine
{
    private const int WriteRetryMs = 4;
    private const int LeaderRetryMs = 10;
    private readonly List<ReadySend> _sends = [];

    /// <summary>
    /// Asks right before the socket write. True lets the caller write this request once; it then reports
    /// <see cref="OnAttemptEnded"/>. False means that nothing may be written: the claim is given back, or comes again
    /// among <see cref="TriggerOutput.Sends"/>.
    /// </summary>
    /// <param name="claim">The claim.</param>
    /// <param name="groupId">Its group.</param>
    /// <param name="isStillLeader">Whether Raft leads the group now, in <see cref="TermOf"/>, with a quorum heard
    /// just now.</param>
    /// <param name="now">The present, read after whatever the caller waited for.</param>
    /// <param name="send">What to write.</param>
    public bool TryBeginSend(
        CommandNumber claim, GroupId groupId, bool isStillLeader, MonoMs now, out SendRequest send)
    {
        Take(now);
        send = default;
        if (!_led.TryGetValue(groupId, out var group)
            || !group.ClaimsByNumber.TryGetValue(claim, out var record)
            || record.Stage != ClaimStage.Ready)
        {
            return false;
        }

        if (!MayStillSend(record))
        {
            Release(record);
            return false;
        }

        if (!isStillLeader)
        {
            // A moment later a quorum is heard again, or leadership is over and the claim with it. To give it back now
            // would only make the next one, and load a log that is slow already.
            SendAgain(record, LeaderRetryMs);
            return false;
        }

        if (!IsDueReached(record, out var time, out var waitMs))
        {
            SendAgain(record, waitMs);
            return false;
        }

        if (!_gate.TryTakeWriteSlot(record.Route!, _now))
        {
            SendAgain(record, WriteRetryMs);
            return false;
        }

        Begin(record, time);
        send = RequestOf(record);
        return true;
    }

    /// <summary>Not stopped, not too late, and the route was neither paused nor removed since the claim.</summary>
    private bool MayStillSend(ClaimRecord claim)
    {
        var isInTime = _now < claim.SendDeadline;
        var isRouteOpen = _routes.TryGet(claim.Route!.Key, out var route) && !route.IsPaused;
        return !claim.IsStopped && isInTime && isRouteOpen;
    }

    /// <summary>By the voters' clocks as they are now, not as they were when the claim was made.</summary>
    private bool IsDueReached(ClaimRecord claim, out UnixMs time, out long waitMs)
    {
        waitMs = NotNowMs;
        if (!_clock.TryNow(claim.Group.Clock.Voters, _now, out time))
        {
            return false;
        }

        waitMs = claim.Due - time;
        return time >= claim.Due;
    }

    private void SendAgain(ClaimRecord claim, long delayMs) =>
        _sends.Add(new ReadySend(claim.Group.Id, claim.Number, claim.Due, _now + Math.Max(1, delayMs)));

    private void Begin(ClaimRecord claim, UnixMs time)
    {
        claim.Stage = ClaimStage.Sending;
        claim.SendingSince = _now;
        claim.IsWritten = true;
        claim.SentAt = time;
        Counters.SendsBegun++;
        SetClaimTimer(claim, _now + claim.Route!.TimeoutMs + (_options.AttemptGraceMs / 2));
    }

    private static SendRequest RequestOf(ClaimRecord claim) => new(
        claim.Group.Id,
        claim.Number,
        claim.Key,
        claim.Version,
        claim.Attempt,
        claim.Mode,
        claim.Route!,
        claim.TriggerTime,
        claim.Due,
        claim.Meta,
        claim.Trace);

    /// <summary>Nothing was sent: the job is to be as it was before the claim.</summary>
    private void Release(ClaimRecord claim)
    {
        Counters.SendsReleased++;
        claim.Queue?.Breaker.OnReleased();
        Resolve(claim, OutcomeOf(claim, OutcomeKind.Release));
    }

    private static JobCommand OutcomeOf(ClaimRecord claim, OutcomeKind kind) => new()
    {
        Kind = JobCommandKind.Outcome,
        Time = claim.Group.Clock.Now,
        Key = claim.Key,
        Version = claim.Version,
        Claim = claim.Number,
        Outcome = kind,
        At = claim.SentAt == default ? claim.Group.Clock.Now : claim.SentAt,
    };
}
