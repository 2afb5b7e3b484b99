using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>
/// Each request at its socket write: never early, never without its own claim, again only with a cause.
/// </summary>
public sealed partial class JobChecker : ISendObserver
{
    /// <summary>The sender counts the deadline monotonically; the due clock may be stepped by so much.</summary>
    private const long ClockStepMs = 600;

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

    private void CheckFence(VersionRecord version, ClaimRecord claim, SendRecord send)
    {
        var info = send.Info;
        if (claim.Send is not null)
        {
            _violations.Add("claim-sent-twice", $"{version}: claim {info.Claim} was written to a socket twice");
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

        if (info.DueNowMs == 0)
        {
            return;
        }

        if (info.DueNowMs < claim.Fact.DueMs)
        {
            _violations.Add("early", $"{version} is sent {claim.Fact.DueMs - info.DueNowMs} ms before due");
        }

        if (claim.Fact.SendByMs > 0 && info.DueNowMs > claim.Fact.SendByMs + ClockStepMs)
        {
            _violations.Add("send-deadline", $"{version} is sent {info.DueNowMs - claim.Fact.SendByMs} ms too late");
        }
    }

    private void CheckDuplicate(VersionRecord version, ClaimRecord claim, SendRecord send)
    {
        if (version.SendCount == 0)
        {
            return;
        }

        _reach.Hit(Reach.Duplicate);
        var isRedriven = version.RedrivenAt != default && IsFirstSince(version, claim);
        if (send.Info.IsAtMostOnce && !isRedriven)
        {
            _violations.Add("at-most-once", $"{version} is sent again");
        }

        if (isRedriven)
        {
            Duplicates.Redriven++;
        }
        else if (claim.Fact.Supersedes != default)
        {
            Duplicates.Inherited++;
        }
        else if (HasFailed(version, claim))
        {
            Duplicates.Failed++;
        }
        else if (version.Claims.Exists(other => other != claim && other.Fact.Supersedes != default))
        {
            // The inherited claim was replaced, released unsent, and the job claimed again.
            Duplicates.Inherited++;
        }
        else
        {
            Duplicates.Unexplained++;
            _violations.Add("duplicate", $"{version} is sent again by claim {claim.Fact.Number} without a cause");
        }
    }

    private static bool IsFirstSince(VersionRecord version, ClaimRecord claim) =>
        !version.Claims.Exists(other => other != claim && other.Fact.Number > version.RedrivenAt
            && other.Send is not null && other.Send.Plan.Saw != SenderSaw.ConnectRefused);

    /// <summary>Whether each earlier request ended without success for its sender.</summary>
    private static bool HasFailed(VersionRecord version, ClaimRecord claim) =>
        version.Claims.TrueForAll(other => other == claim || other.Send is null
            || (other.Send.EndUs != long.MaxValue && !other.Send.SawSuccess) || other.IsSuperseded);
}
