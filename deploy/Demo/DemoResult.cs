using System.Globalization;

namespace TimeMachine.Demo;

/// <summary>What became of the jobs of a run.</summary>
internal sealed record DemoResult
{
    /// <summary>The jobs.</summary>
    public required int JobCount { get; init; }

    /// <summary>Those that came exactly once.</summary>
    public required int OnceCount { get; init; }

    /// <summary>Those that came more than once.</summary>
    public required int RepeatedCount { get; init; }

    /// <summary>Arrivals before the trigger time.</summary>
    public required int EarlyCount { get; init; }

    /// <summary>How late they came, in ms, ascending.</summary>
    public required IReadOnlyList<long> LatenessMs { get; init; }

    /// <summary>Those that never came.</summary>
    public int MissingCount => JobCount - OnceCount - RepeatedCount;

    /// <summary>Whether every job came exactly once and none early.</summary>
    public bool IsGood => OnceCount == JobCount && EarlyCount == 0;

    /// <summary>Compares what came with what was to come.</summary>
    /// <param name="triggerMs">The trigger time of each job, by id.</param>
    /// <param name="arrivals">What came; of other jobs too.</param>
    public static DemoResult Of(IReadOnlyDictionary<string, long> triggerMs, IEnumerable<Arrival> arrivals)
    {
        var ours = arrivals.Where(arrival => triggerMs.ContainsKey(arrival.Job)).ToList();
        var counts = ours.CountBy(arrival => arrival.Job).ToDictionary();
        var lateness = ours.Select(arrival => arrival.AtMs - triggerMs[arrival.Job]).Order().ToList();
        return new DemoResult
        {
            JobCount = triggerMs.Count,
            OnceCount = counts.Values.Count(count => count == 1),
            RepeatedCount = counts.Values.Count(count => count > 1),
            EarlyCount = lateness.Count(ms => ms < 0),
            LatenessMs = lateness,
        };
    }

    /// <summary>Prints it.</summary>
    public void Print(TextWriter output)
    {
        Line(output, $"{OnceCount:N0} of {JobCount:N0} delivered once");
        if (!IsGood)
        {
            Line(output, $"missing {MissingCount:N0}, repeated {RepeatedCount:N0}, early {EarlyCount:N0}");
        }

        if (LatenessMs.Count > 0)
        {
            Line(output, $"lateness p50 {At(0.5):N0} ms, p99 {At(0.99):N0} ms, most {LatenessMs[^1]:N0} ms");
        }
    }

    // The smallest value that this share of all does not exceed.
    private long At(double share) => LatenessMs[Math.Max(0, (int)Math.Ceiling(share * LatenessMs.Count) - 1)];

    private static void Line(TextWriter output, FormattableString text) =>
        output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
