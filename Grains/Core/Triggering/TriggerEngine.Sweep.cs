using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>
/// The sweep: whatever was lost in memory, a due job is found on disk within a second. It also finds how far the
/// watermark and the floor of due rows may move.
/// </content>
public sealed partial class TriggerEngine
{
    /// <summary>An insert below the watermark lowers it, and every pass under way ends no higher.</summary>
    private static void LowerWatermark(LedGroup group, UnixMs due)
    {
        group.Watermark = due < group.Watermark ? due : group.Watermark;
        group.Sweep.Lowered = due < (group.Sweep.Lowered ?? due + 1) ? due : group.Sweep.Lowered;
    }

    /// <summary>Something was applied: the next pass comes within a second again.</summary>
    private void OnChanged(LedGroup group)
    {
        group.Sweep.HasChanged = true;
        group.Sweep.NextAt = Earlier(group.Sweep.NextAt, _now + _options.SweepMs);
    }

    /// <summary>Lets the next pass begin at once: a job was let go of.</summary>
    private void SweepSoon(LedGroup group)
    {
        group.Sweep.HasForgotten = true;
        group.Sweep.NextAt = _now + CapacityRetryMs;
        RunGroupBy(group, group.Sweep.NextAt);
    }

    /// <summary>Begins a pass when it is time.</summary>
    /// <returns>When to look again.</returns>
    private MonoMs RunSweep(LedGroup group)
    {
        var sweep = group.Sweep;
        if (sweep.ScanId != 0)
        {
            if (_now - sweep.ScanSince < _options.ScanLostMs)
            {
                return sweep.ScanSince + _options.ScanLostMs;
            }

            sweep.ScanId = 0;
            EndScan(group);
        }

        if (_now < sweep.NextAt)
        {
            return sweep.NextAt;
        }

        BeginPass(group);
        return sweep.NextAt;
    }

    private void BeginPass(LedGroup group)
    {
        var sweep = group.Sweep;
        sweep.NextAt = _now + _options.SweepMs;
        sweep.IsCalm = !sweep.HasChanged;
        sweep.Until = group.Clock.Now - _options.SweepMs;
        var reach = sweep.IsCalm ? group.Clock.Now + _options.QuietSweepMs : sweep.Until;
        sweep.To = reach < group.Window.Position.Due ? reach : group.Window.Position.Due;
        if (!group.Clock.IsValid || sweep.To <= group.Watermark)
        {
            return;
        }

        sweep.Counts = !sweep.HasForgotten;
        sweep.HasForgotten = false;
        sweep.HasChanged = false;
        sweep.FirstFound = null;
        sweep.Lowered = null;
        sweep.AsOf = null;
        ReadPage(group, new DuePosition(group.Watermark, default));
    }

    private void ReadPage(LedGroup group, DuePosition from)
    {
        var sweep = group.Sweep;
        sweep.ScanId = ++_ids;
        sweep.ScanSince = _now;
        var rowsMax = _options.ScanRowsMax;
        Scan(group, new ScanRequest(group.Id, sweep.ScanId, ScanKind.Due, default, from, sweep.To, rowsMax));
    }

    private void OnSwept(LedGroup group, in ScanAnswer answer)
    {
        var sweep = group.Sweep;
        sweep.ScanId = 0;
        sweep.AsOf ??= answer.AsOf;
        foreach (var job in answer.Jobs)
        {
            sweep.FirstFound ??= job.Due;
            if (job.Due > sweep.Until)
            {
                sweep.IsCalm = false;
                EndPass(group);
                return;
            }

            OnFoundBySweep(group, job);
        }

        if (answer.IsComplete)
        {
            EndPass(group);
        }
        else
        {
            ReadPage(group, answer.Next);
        }
    }

    /// <summary>What nothing else knew, although it was written before the last pass, is an alarm.</summary>
    private void OnFoundBySweep(LedGroup group, in DueJob job)
    {
        if (IsOverlooked(group, job, out var overlooked))
        {
            CountMissed(group, job);
            TakeUp(overlooked);
            return;
        }

        if (IsKnown(group, job) || _pending.Count >= _options.ArmedMax || !Supersede(group, job))
        {
            return;
        }

        CountMissed(group, job);
        AddPending(group, job, inBacklog: false);
    }

    /// <summary>Whether a job is in memory where nothing will ever look at it: the wheel lost its wake-up.</summary>
    private bool IsOverlooked(LedGroup group, in DueJob job, out int id) =>
        _pending.TryFind(group, job.Key, out id) && _pending[id].Version == job.Version
        && !_pending[id].IsQueued && !_wheel.IsArmed(id);

    private void CountMissed(LedGroup group, in DueJob job)
    {
        var sweep = group.Sweep;
        var isOld = job.Version.Index <= sweep.KnownThrough;
        var isAdmissible = QueueOf(job.Route).BlockedSince is null;
        if (sweep.Counts && !sweep.HasForgotten && isOld && isAdmissible && group.HandoverSince is null)
        {
            Counters.WheelMissed++;
        }
    }

    private void EndPass(LedGroup group)
    {
        var sweep = group.Sweep;
        var seen = sweep.FirstFound ?? sweep.To;
        var lagging = group.Clock.Now - _options.WatermarkLagMs;
        var lowered = sweep.Lowered ?? lagging;
        group.Watermark = Lowest(seen, lagging, lowered);
        sweep.KnownThrough = sweep.AsOf ?? sweep.KnownThrough;
        sweep.NextAt = _now + (sweep.IsCalm && !sweep.HasChanged ? _options.QuietSweepMs : _options.SweepMs);
        MoveDueFloor(group);
    }

    private static UnixMs Lowest(UnixMs first, UnixMs second, UnixMs third)
    {
        var lower = first < second ? first : second;
        return lower < third ? lower : third;
    }

    /// <summary>
    /// Rows below the watermark are of use to nobody, but those of claims: a release makes them count again.
    /// </summary>
    private void MoveDueFloor(LedGroup group)
    {
        var floor = group.Watermark;
        foreach (var claim in group.Claims)
        {
            floor = claim.Due < floor ? claim.Due : floor;
        }

        var isWorthIt = group.HasDoneSinceFloor && floor >= group.FloorProposed + _options.FloorStepMs;
        if (!isWorthIt || _now < group.NextFloorAt || group.Sweep.AsOf is not { } asOf)
        {
            return;
        }

        group.HasDoneSinceFloor = false;
        group.NextFloorAt = _now + _options.FloorStepMs;
        group.FloorProposed = floor;
        Post(group, new JobCommand
        {
            Kind = JobCommandKind.AdvanceDueFloor,
            Time = group.Clock.Now,
            Floor = floor,
            AsOf = asOf,
        });
    }

    private void MoveFinishedFloor(LedGroup group)
    {
        if (_now < group.NextFinishedFloorAt || !group.Clock.IsValid)
        {
            return;
        }

        group.NextFinishedFloorAt = _now + _options.FinishedFloorEveryMs;
        Post(group, new JobCommand
        {
            Kind = JobCommandKind.AdvanceFinishedFloor,
            Time = group.Clock.Now,
            Floor = group.Clock.Now - _options.FinishedRetentionMs,
            DeadFloor = group.Clock.Now - _options.DeadRetentionMs,
        });
    }
}
