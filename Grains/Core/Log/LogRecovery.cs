namespace TimeMachine.Core.Log;

/// <summary>
/// Makes a node log from what the segment files hold: cuts the torn tail, finds damage and which groups it hit, and
/// positions the log so that what was cut can never be read again.
/// </summary>
/// <remarks>
/// Pure and repeatable: it changes nothing on disk. The log goes on in a new segment whose epoch is higher than any in
/// any slot; its header states where the log before it was cut. A crash before that header is durable finds the same.
/// </remarks>
public static class LogRecovery
{
    /// <summary>Slots are numbered below this.</summary>
    public const int SlotsLimit = 65_536 + 64;

    /// <summary>Recovers; a new log has no images.</summary>
    /// <param name="options">The sizes; log id and segment size as when it was written.</param>
    /// <param name="images">Every slot file. Each was synced before it was read: what was read is durable.</param>
    /// <param name="now">The age of recovered segments counts from here.</param>
    /// <returns>Never throws for what the images hold; payloads are slices of them.</returns>
    /// <exception cref="InvariantViolationException">An option is out of its range, or a slot number.</exception>
    public static LogRecoveryResult Recover(
        LogOptions options, IReadOnlyList<SegmentImage> images, MonoMs now)
    {
        foreach (var image in images)
        {
            Invariant.Require(image.Slot is >= 0 and < SlotsLimit);
        }

        var scan = LogScan.Of(options, images);
        if (scan.Status != LogRecoveryStatus.Recovered)
        {
            return new LogRecoveryResult { Status = scan.Status, ForeignCount = scan.ForeignCount };
        }

        var plan = RecoveryPlan.Of(options, scan);
        var replay = RecoveryReplay.Of(plan);
        var groups = replay.Finish();
        var log = new NodeLog(options);
        log.Restore(new RestorePoint(images, plan, scan.HighestEpoch, now), replay);
        return new LogRecoveryResult
        {
            Status = LogRecoveryStatus.Recovered,
            Log = log,
            Groups = groups,
            DeadReplicas = replay.Dead.ConvertAll(dead => (dead.Group, dead.Replica)),
            IsTailCut = plan.IsTailCut,
            TailSlot = plan.TailSlot,
            TailOffset = plan.Tail.Offset,
            NextBatch = log.SealedBatch + 1,
            IsFramingLost = replay.IsFramingLost,
            DamageCount = replay.DamageCount,
            ForeignCount = scan.ForeignCount,
        };
    }
}
