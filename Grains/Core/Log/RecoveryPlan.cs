namespace TimeMachine.Core.Log;

/// <summary>Decides which stretches of the log count: between the oldest segment needed and the torn tail.</summary>
internal sealed class RecoveryPlan
{
    private RecoveryPlan(LogOptions options, LogScan scan)
    {
        Options = options;
        Cut(scan.Chain, scan.Chain, Stretches);
        Cut(scan.Detached, scan.Chain, DetachedStretches);
    }

    /// <summary>The sizes.</summary>
    public LogOptions Options { get; }

    /// <summary>What counts, in order.</summary>
    public List<LogStretch> Stretches { get; } = [];

    /// <summary>What lies before a lost segment: it only names groups.</summary>
    public List<LogStretch> DetachedStretches { get; } = [];

    /// <summary>The segments that count, oldest first.</summary>
    public List<FoundSegment> Segments { get; } = [];

    /// <summary>Whether a segment that counts is gone.</summary>
    public bool IsSegmentLost { get; private set; }

    /// <summary>Whether something behind the tail was cut.</summary>
    public bool IsTailCut { get; private set; }

    /// <summary>The end of what counts.</summary>
    public LogPosition Tail { get; private set; }

    /// <summary>The slot of the last segment that counts; -1 for none.</summary>
    public int TailSlot { get; private set; } = -1;

    /// <summary>The lowest epoch that is still needed; 0 in an empty log.</summary>
    public uint OldestEpoch { get; private set; }

    /// <summary>The number of the last batch that counts.</summary>
    public long LastBatch { get; private set; }

    /// <summary>Makes the plan.</summary>
    public static RecoveryPlan Of(LogOptions options, LogScan scan)
    {
        var plan = new RecoveryPlan(options, scan);
        plan.CutTail();
        plan.DropUnneeded(scan.Chain);
        return plan;
    }

    private void Cut(List<FoundSegment> segments, List<FoundSegment> chain, List<LogStretch> into)
    {
        foreach (var segment in segments)
        {
            var isLast = segments != chain || segment == chain[^1];
            LogStretch.Cut(segment, Options.LogId, isLast, into);
        }
    }

    // Below the highest place that any batch states to be synced nothing is cut: what is bad there is damage.
    private void CutTail()
    {
        var synced = default(LogPosition);
        foreach (var stretch in Stretches)
        {
            synced = stretch.Header.Synced > synced ? stretch.Header.Synced : synced;
        }

        var walk = new RecordWalk();
        for (var at = 0; at < Stretches.Count; at++)
        {
            if (Stretches[at].Position < synced)
            {
                continue;
            }

            walk.Walk(Stretches[at]);
            if (!walk.IsIntact)
            {
                IsTailCut = true;
                Stretches.RemoveRange(at, Stretches.Count - at);
            }
        }
    }

    private void DropUnneeded(List<FoundSegment> chain)
    {
        foreach (var stretch in Stretches)
        {
            OldestEpoch = Math.Max(OldestEpoch, stretch.Header.OldestEpoch);
            LastBatch = Math.Max(LastBatch, stretch.Header.Number);
        }

        Stretches.RemoveAll(stretch => stretch.Segment.Epoch < OldestEpoch);
        DetachedStretches.RemoveAll(stretch => stretch.Segment.Epoch < OldestEpoch);
        if (Stretches.Count == 0)
        {
            return;
        }

        var last = Stretches[^1];
        (Tail, TailSlot) = (new LogPosition(last.Segment.Epoch, last.EndOffset), last.Segment.Slot);

        // A segment that is needed held a batch at least. One that shows none is as good as gone.
        IsSegmentLost = Stretches[0].Segment.Epoch > OldestEpoch;
        foreach (var segment in chain)
        {
            if (segment.Epoch >= OldestEpoch && segment.Epoch <= Tail.Epoch)
            {
                Segments.Add(segment);
            }
        }
    }
}
