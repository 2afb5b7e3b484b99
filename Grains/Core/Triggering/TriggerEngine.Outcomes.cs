using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.Triggering;

/// <content>Outcomes: what an attempt's end means, and how it is made known to whoever leads.</content>
public sealed partial class TriggerEngine
{
    private const ushort StatusGone = 410;
    private readonly Dictionary<(GroupId Group, CommandNumber Claim), ClaimRecord> _deposed = [];
    private readonly List<Forward> _forwards = [];

    /// <summary>An attempt ended. Reports of attempts that are over already are ignored.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="claim">The claim.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="now">The present.</param>
    public void OnAttemptEnded(GroupId groupId, CommandNumber claim, in AttemptResult result, MonoMs now)
    {
        Take(now);
        if (TryFindClaim(groupId, claim, out var record) && IsUnderWay(record, result))
        {
            EndAttempt(record, result);
        }
    }

    private bool TryFindClaim(GroupId groupId, CommandNumber claim, out ClaimRecord record)
    {
        if (_deposed.TryGetValue((groupId, claim), out record!))
        {
            return true;
        }

        return _led.TryGetValue(groupId, out var group) && group.ClaimsByNumber.TryGetValue(claim, out record!);
    }

    /// <summary>Before the write, an attempt can only end by not getting a connection.</summary>
    private static bool IsUnderWay(ClaimRecord claim, in AttemptResult result) =>
        claim.Stage == ClaimStage.Sending || (claim.Stage == ClaimStage.Ready && result.WroteNothing);

    private void EndAttempt(ClaimRecord claim, in AttemptResult result)
    {
        TellBreaker(claim.Queue!.Breaker, result);
        var kind = Judge(claim, result);
        var dueNow = _clock.TryNow(claim.Group.Clock.Voters, _now, out var time) ? time : claim.Group.Clock.Now;
        var outcome = OutcomeOf(claim, kind) with
        {
            HttpStatus = result.HttpStatus,
            Error = ErrorOf(result),
            DurationMs = Math.Max(0, result.DurationMs),
            Flag = result.WroteNothing,
            Due = kind == OutcomeKind.Retry ? dueNow + DrawDelayMs(claim, result) : default,
        };
        Resolve(claim, outcome);
    }

    /// <summary>
    /// The sender should have reported by now. If the process stood still, its report waits in line behind this timer,
    /// and a second send of what was answered well would have no cause: so it gets the rest of the grace.
    /// </summary>
    private void OnNoReport(ClaimRecord claim)
    {
        if (claim.IsOverdue)
        {
            EndAttempt(claim, AttemptResult.Lost(AttemptEnd.TimedOut, claim.Route!.TimeoutMs));
            return;
        }

        claim.IsOverdue = true;
        SetClaimTimer(claim, _now + (_options.AttemptGraceMs / 2));
    }

    /// <summary>
    /// At least once: anything but a 2xx is tried again, until 410, a forbidden address or the last attempt. At most
    /// once:
    /// only what provably wrote nothing is tried again, and what may have arrived is unknown.
    /// </summary>
    private static OutcomeKind Judge(ClaimRecord claim, in AttemptResult result)
    {
        if (result.IsSuccess)
        {
            return OutcomeKind.Complete;
        }

        var isLast = claim.FailedCount + 1 >= claim.Route!.AttemptsMax;
        var isFinal = result.HttpStatus == StatusGone || result.End == AttemptEnd.Forbidden;
        if (claim.Mode == DeliveryMode.AtMostOnce && !result.WroteNothing)
        {
            return result.End == AttemptEnd.Answered || isFinal ? OutcomeKind.Dead : OutcomeKind.Unknown;
        }

        return isLast || isFinal ? OutcomeKind.Dead : OutcomeKind.Retry;
    }

    private long DrawDelayMs(ClaimRecord claim, in AttemptResult result)
    {
        var asksForTime = result.HttpStatus is 429 or 503;
        var askedMs = asksForTime ? Math.Clamp(result.RetryAfterMs, 0, _options.RetryAfterMaxMs) : 0;
        return Backoff.DelayMs(claim.Route!, claim.FailedCount + 1, askedMs, ref _draws);
    }

    private static AttemptError ErrorOf(in AttemptResult result)
    {
        switch (result.End)
        {
            case AttemptEnd.Answered:
                return result.IsSuccess ? AttemptError.None : AttemptError.Status;
            case AttemptEnd.TimedOut:
                return AttemptError.Timeout;
            case AttemptEnd.ConnectFailed:
                return AttemptError.Connect;
            case AttemptEnd.Broken:
                return AttemptError.Broken;
            case AttemptEnd.Forbidden:
                return AttemptError.TargetForbidden;
            default:
                Invariant.Fail("unknown end");
                return default;
        }
    }

    private void TellBreaker(CircuitBreaker breaker, in AttemptResult result)
    {
        switch (result.End)
        {
            case AttemptEnd.Answered:
                breaker.OnSuccess();
                break;
            case AttemptEnd.Forbidden:
                breaker.OnReleased();
                break;
            case AttemptEnd.TimedOut or AttemptEnd.ConnectFailed or AttemptEnd.Broken:
                breaker.OnFailure(_now);
                break;
            default:
                Invariant.Fail("unknown end");
                break;
        }
    }

    /// <summary>The outcome is kept until it is applied; if the group is led elsewhere, it goes there.</summary>
    private void Resolve(ClaimRecord claim, JobCommand outcome)
    {
        FreeGate(claim);
        claim.Outcome = outcome;
        claim.Stage = ClaimStage.Ended;
        claim.TimerAt = default;
        if (claim.Group.IsOver)
        {
            _deposed.Remove((claim.Group.Id, claim.Number));
            FreeSlot(claim);
            _forwards.Add(new Forward(claim.Group.Id, outcome, _now, _options.ForwardTries));
        }
        else
        {
            Post(claim.Group, outcome, claim);
        }
    }

    /// <summary>
    /// Leadership is over. What was never sent is released, what is known is forwarded, attempts under way go on here,
    /// and what was only proposed is the new leader's to judge.
    /// </summary>
    private void DropClaims(LedGroup group)
    {
        group.Outbox.Clear();
        foreach (var claim in group.Claims)
        {
            switch (claim.Stage)
            {
                case ClaimStage.Inherited or ClaimStage.Proposed:
                    FreeGate(claim);
                    FreeSlot(claim);
                    break;
                case ClaimStage.Ready:
                    Release(claim);
                    break;
                case ClaimStage.Sending:
                    _deposed.Add((group.Id, claim.Number), claim);
                    break;
                case ClaimStage.Ended or ClaimStage.Resolving:
                    Resolve(claim, claim.Outcome!);
                    break;
                default:
                    Invariant.Fail("unknown stage");
                    break;
            }

            claim.TimerAt = claim.Stage == ClaimStage.Sending ? claim.TimerAt : default;
        }
    }

    /// <summary>Hands outcomes to wherever the group is led; a few times, since the message may be lost.</summary>
    private void SendForwards(TriggerOutput output)
    {
        for (var i = 0; i < _forwards.Count; i++)
        {
            var forward = _forwards[i];
            if (_now < forward.NextAt)
            {
                continue;
            }

            _batch.Clear();
            _batch.TryAdd(forward.Outcome);
            output.Forwards.Add(new ForwardedOutcome(forward.Group, _batch.Payload.ToArray()));
            _forwards[i] = forward with
            {
                NextAt = _now + _options.ForwardEveryMs,
                TriesLeft = forward.TriesLeft - 1,
            };
        }

        _forwards.RemoveAll(static forward => forward.TriesLeft == 0);
    }

    private MonoMs NextForward()
    {
        var next = new MonoMs(long.MaxValue);
        foreach (var forward in _forwards)
        {
            next = Earlier(next, forward.NextAt);
        }

        return next;
    }

    private sealed record Forward(GroupId Group, JobCommand Outcome, MonoMs NextAt, int TriesLeft);
}
