namespace TimeMachine.Core.Routes;

/// <summary>What a node uses and holds of one route.</summary>
internal sealed class RouteUse
{
    private const int PeakMs = 1_500;
    private MonoMs _peakSince;
    private int _peakNow;
    private int _peakBefore;
    private MonoMs _rateSince;
    private int _rateCount;
    private int _ratePeak;
    private int _ratePeakBefore;

    /// <summary>Paces the sends.</summary>
    public WritePacer Pacer;

    /// <summary>Slots taken and not given back.</summary>
    public int InUse { get; set; }

    /// <summary>Slots taken for sends that have not begun.</summary>
    public int Unwritten { get; set; }

    /// <summary>The leased slots.</summary>
    public int Slots { get; set; }

    /// <summary>The leased sends a second.</summary>
    public int Rate { get; set; }

    /// <summary>Whether a job had to wait since the last request.</summary>
    public bool IsStarved { get; set; }

    /// <summary>When the first of them began to wait.</summary>
    public MonoMs StarvedAt { get; set; }

    /// <summary>When the pacer may let a refused job in.</summary>
    public MonoMs RetryAt { get; set; }

    /// <summary>How far ahead of its send a slot may be reserved, in ms: grows when commits are slow.</summary>
    public int AheadMs { get; set; } = RouteGateOptions.AheadMinMs;

    /// <summary>When that changed last.</summary>
    public MonoMs AheadSince { get; set; }

    /// <summary>When it was last asked for.</summary>
    public MonoMs TouchedAt { get; set; }

    /// <summary>The most slots in use in the last seconds.</summary>
    public int PeakInUse => Math.Max(Math.Max(_peakNow, _peakBefore), InUse);

    /// <summary>The most sends in one second of the last seconds.</summary>
    public int PeakRate => Math.Max(Math.Max(_ratePeak, _ratePeakBefore), _rateCount);

    /// <summary>Counts a slot taken.</summary>
    public void OnReserved(MonoMs now)
    {
        InUse++;
        Unwritten++;
        TouchedAt = now;
        Roll(now);
        _peakNow = Math.Max(_peakNow, InUse);
    }

    /// <summary>Counts a send.</summary>
    public void OnWritten(MonoMs now)
    {
        Unwritten--;
        Roll(now);
        _rateCount++;
    }

    /// <summary>Forgets peaks that are too old.</summary>
    public void Roll(MonoMs now)
    {
        if (now - _rateSince >= LeaseTiming.LeaseMs)
        {
            _ratePeak = Math.Max(_ratePeak, _rateCount);
            _rateCount = 0;
            _rateSince = now;
        }

        if (now - _peakSince >= PeakMs)
        {
            _peakBefore = Math.Max(_peakNow, InUse);
            _peakNow = InUse;
            _ratePeakBefore = _ratePeak;
            _ratePeak = 0;
            _peakSince = now;
        }
    }
}
