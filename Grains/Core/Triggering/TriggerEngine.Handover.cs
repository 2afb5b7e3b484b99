namespace TimeMachine.Core.Triggering;

/// <content>
/// Planned handovers: a group is given up when none of its attempts is open, so that a recipient that answers sees
/// nothing twice. Routes whose recipients are slow are waited for while the others go on; only then, for the blink that
/// their attempts take, all stand still.
/// </content>
public sealed partial class TriggerEngine
{
    private const int HandoverPollMs = 10;

    /// <summary>Begins to make no new claims in a group, so that it can be handed over without duplicates.</summary>
    public void BeginHandover(GroupId groupId, MonoMs now)
    {
        Take(now);
        if (_led.TryGetValue(groupId, out var group) && group.HandoverSince is null)
        {
            group.HandoverSince = now;
            RunHandover(group);
            RunGroupBy(group, now + HandoverPollMs);
        }
    }

    /// <summary>Takes the handover back: it could not be done.</summary>
    public void EndHandover(GroupId groupId, MonoMs now)
    {
        Take(now);
        if (_led.TryGetValue(groupId, out var group))
        {
            group.HandoverSince = null;
            group.StoppedSince = null;
            group.SlowRoutes.Clear();
            ActivateBacklogs(group);
        }
    }

    /// <summary>
    /// Whether a handover need wait no longer: no new claims are made, and no claim of this node is unresolved, or it
    /// has waited enough.
    /// </summary>
    public bool IsHandedOver(GroupId groupId)
    {
        if (!_led.TryGetValue(groupId, out var group))
        {
            return true;
        }

        if (group.HandoverSince is not { } since || group.StoppedSince is null)
        {
            return false;
        }

        var hasOpen = HasOpen(group);
        return !hasOpen || _now - since >= _options.HandoverMs;
    }

    private static bool HasOpen(LedGroup group) =>
        group.Claims.Exists(static claim => claim.Stage != ClaimStage.Inherited);

    /// <summary>Moves a handover on.</summary>
    /// <returns>When to look again.</returns>
    private MonoMs RunHandover(LedGroup group)
    {
        if (group.HandoverSince is not { } since)
        {
            return new MonoMs(long.MaxValue);
        }

        var hasSlow = NoteSlow(group);
        var isLast = _now - since >= _options.HandoverMs - _options.HandoverStopMs;
        if (group.StoppedSince is not { } stopped)
        {
            group.StoppedSince = isLast || !hasSlow ? _now : null;
        }
        else if (hasSlow && !isLast && _now - stopped >= _options.HandoverStopMs)
        {
            group.StoppedSince = null;
            ActivateBacklogs(group);
        }

        return _now + HandoverPollMs;
    }

    /// <summary>Notes the routes of attempts that take long. A log that is slow makes no route slow.</summary>
    /// <returns>Whether there are any such attempts now.</returns>
    private bool NoteSlow(LedGroup group)
    {
        var hasSlow = false;
        foreach (var claim in group.Claims)
        {
            var isOut = claim.Stage is ClaimStage.Ready or ClaimStage.Sending;
            if (claim.Queue is { } queue && isOut && _now - claim.SendingSince >= _options.HandoverSlowMs)
            {
                group.SlowRoutes.Add(queue);
                hasSlow = true;
            }
        }

        return hasSlow;
    }
}
