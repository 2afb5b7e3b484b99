using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>
/// Each request at its socket write: never early, never without its own claim, again only with a cause.
/// </summary>
public sealed partial class JobChecker : ISendObserver
{
    /// <summary>The sender counts the deadline on its monotonic clock, which may be so slow.</summary>
    private const long SlowClockPercent = 1;

    private readonly LimitChecker _limits = new();

    /// <inheritdoc/>
    public void SendBegan(SendRecord send)
    {
        var info = send.Info;
        _limits.Begin(send, _routes, _options, _violations);
        if (!_versions.TryGetValue((info.Group, info.Version), out var version))
        {
            _violations.Add("send-without-claim", $"{info.Key}: version {info.Version} was never committed");
            return;
        }

        if (!_claims.TryGetValue((info.Group, info.Claim), out var claim))
        {
            _violations.Add("send-without-claim", $"{version} is sent by {info.Claim}, which is no claim");
            return;
        }

        CheckFence(version, claim, send);
        CheckTime(version, claim, send);
        if (send.Plan.Saw != SenderSaw.ConnectRefused)
        {
            CheckDuplicate(version, claim, send);
            version.SendCount++;
        }

        claim.Send ??= send;
    }

    /// <inheritdoc/>
    public void SendEnded(SendRecord send) => _limits.End(send);

    /// <summary>A node gave a claim back instead of sending it.</summary>
    public void GaveBack(GroupId group, CommandNumber claim)
    {
        if (_claims.TryGetValue((group, claim), out var record))
        {
            record.IsGivenBack = true;
        }
    }

    private void CheckFence(VersionRecord version, ClaimRecord claim, SendRecord send)
    {
        var info = send.Info;
        if (claim.Send is not null)
        {
            _violations.Add("claim-sent-twice", $"{version}: claim {info.Claim} was written to a socket twice");
        }

        if (claim.IsGivenBack)
        {
            _violations.Add("sent-after-release", $"{version}: claim {info.Claim} was given back, and is sent");
        }

        if (claim.Fact.Version != info.Version || claim.Fact.Key != info.Key || claim.Fact.Attempt != info.Attempt)
        {
            _violations.Add("send-without-claim", $"{version} attempt {info.Attempt} is sent by the claim of "
                + $"{claim.Fact.Key} version {claim.Fact.Version} attempt {claim.Fact.Attempt}");
        }

        if (claim.Node != info.Node)
        {
            _violations.Add("claim-inherited", $"{version}: claim {info.Claim} of node {claim.Node} "
                + $"is sent by {info.Node}");
        }

        if (info.Term != default && info.Term != claim.Fact.Term)
        {
            _violations.Add("send-other-term", $"{version}: claim {info.Claim} of term {claim.Fact.Term} "
                + $"is sent in term {info.Term}");
        }

        if (!info.IsLeading)
        {
            _violations.Add("send-not-leading", $"{version} is sent by node {info.Node}, which does not lead");
        }

        var vnode = info.Group.IsSystem ? "" : $"_{info.Group.VNode}_{info.Version}";
        if (info.WebhookId.Length > 0 && !info.WebhookId.EndsWith(vnode, StringComparison.Ordinal))
        {
            _violations.Add("webhook-id", $"{version} is sent as {info.WebhookId}");
        }
    }

    private void CheckTime(VersionRecord version, ClaimRecord claim, SendRecord send)
    {
        var info = send.Info;
        if (send.StartUs < (version.TriggerMs * 1_000) - _options.ClockErrorUs)
        {
            _violations.Add("early", $"{version} is sent {version.TriggerMs - (send.StartUs / 1_000)} ms early");
        }

        if (version.IsCancelWon)
        {
            _violations.Add("sent-after-cancel", $"{version} is sent after a cancel answered won");
        }

        if (info.DueNowMs > 0 && info.DueNowMs < claim.Fact.DueMs)
        {
            _violations.Add("early", $"{version} is sent {claim.Fact.DueMs - info.DueNowMs} ms before due");
        }

        var withinUs = (claim.Fact.SendByMs - claim.Fact.TimeMs) * (1_000 + (10 * SlowClockPercent));
        var afterUs = send.StartUs - claim.AppendedUs;
        if (claim.Fact.SendByMs > 0 && afterUs > withinUs)
        {
            _violations.Add("send-deadline", $"{version} is sent {(afterUs - withinUs) / 1_000} ms too late");
        }
    }

    private void CheckDuplicate(VersionRecord version, ClaimRecord claim, SendRecord send)
    {
        if (version.SendCount == 0)
        {
            return;
        }

        _reach.Hit(Reach.Duplicate);
        var cause = CauseOf(version, claim);
        Duplicates.Count(cause);
        if (cause == DuplicateCause.None)
        {
            _violations.Add("duplicate", $"{version} is sent again by claim {claim.Fact.Number} without a cause");
        }

        if (send.Info.IsAtMostOnce && cause != DuplicateCause.Redriven)
        {
            _violations.Add("at-most-once", $"{version} is sent again");
        }
    }

    /// <summary>
    /// Why promise 3 lets a claim be written although another one was: by what became of the older of the two. Each
    /// written claim is the cause of one duplicate at most, so none is explained by what explains another.
    /// </summary>
    private static DuplicateCause CauseOf(VersionRecord version, ClaimRecord claim)
    {
        var older = version.Claims.FindLast(other => other.Fact.Number < claim.Fact.Number && other.WasWritten);
        if (older is null)
        {
            // A newer claim was written first: this leader was cut off and did not know it yet.
            return claim.IsInherited ? DuplicateCause.Inherited : DuplicateCause.None;
        }

        var isRedriven = older.Fact.Number < version.RedrivenAt && version.RedrivenAt < claim.Fact.Number;
        if (isRedriven)
        {
            return DuplicateCause.Redriven;
        }

        var hasFailed = older.Outcome == OutcomeFactKind.Retry
            && older.Send is { EndUs: not long.MaxValue, SawSuccess: false };
        if (hasFailed)
        {
            return DuplicateCause.Failed;
        }

        return older.IsInherited ? DuplicateCause.Inherited : DuplicateCause.None;
    }
}
