namespace TimeMachine.Core.Triggering;

/// <summary>One pass over the due index from the watermark to the present.</summary>
internal sealed class SweepState
{
    /// <summary>The scan under way; 0 if none is.</summary>
    public long ScanId { get; set; }

    public MonoMs ScanSince { get; set; }

    /// <summary>Where the pass ends.</summary>
    public UnixMs To { get; set; }

    /// <summary>Jobs due later than this are not late: the pass only looks whether there are any.</summary>
    public UnixMs Until { get; set; }

    /// <summary>Nothing changed since the last pass: if nothing is due soon either, the next one can wait.</summary>
    public bool IsCalm { get; set; }

    /// <summary>The place of the first job that the pass found waiting; null if none.</summary>
    public UnixMs? FirstFound { get; set; }

    /// <summary>The lowest due time that was armed while the pass ran; null if none.</summary>
    public UnixMs? Lowered { get; set; }

    /// <summary>The applied index that the first page saw.</summary>
    public LogIndex? AsOf { get; set; }

    /// <summary>The first index of the pass before: whatever was written until then must be known by now.</summary>
    public LogIndex KnownThrough { get; set; }

    /// <summary>
    /// Whether the engine let go of a job on purpose since the pass before began: finds are no alarm.
    /// </summary>
    public bool HasForgotten { get; set; } = true;

    /// <summary>Whether this pass counts what it finds.</summary>
    public bool Counts { get; set; }

    public MonoMs NextAt { get; set; }

    /// <summary>Whether anything was armed, claimed or resolved since the last pass began.</summary>
    public bool HasChanged { get; set; } = true;
}
