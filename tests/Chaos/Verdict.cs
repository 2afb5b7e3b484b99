using System.Globalization;

namespace TimeMachine.Chaos;

/// <summary>What a run showed.</summary>
internal sealed record Verdict
{
    private const int EarlyMsMax = 1;

    /// <summary>Jobs that were acknowledged.</summary>
    public required int Accepted { get; init; }

    /// <summary>Acknowledged ones that never came.</summary>
    public required int Lost { get; init; }

    /// <summary>Ones that came before their time.</summary>
    public required int Early { get; init; }

    /// <summary>Requests beyond the first of a job.</summary>
    public required int Duplicates { get; init; }

    /// <summary>How many requests beyond the first may come: a job whose answer was on the way when a node ended is
    /// sent again.</summary>
    public required int DuplicatesMax { get; init; }

    /// <summary>Creates that were given up.</summary>
    public required int FailedCreates { get; init; }

    /// <summary>How late they came.</summary>
    public required Lateness Late { get; init; }

    /// <summary>The longest time without a trigger, in ms.</summary>
    public required long TriggerGapMs { get; init; }

    /// <summary>The longest time without an accepted create, in ms.</summary>
    public required long CreateGapMs { get; init; }

    /// <summary>Looks at a ledger.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="window">From when to when gaps count.</param>
    /// <param name="faults">When nodes ended without warning.</param>
    public static Verdict Of(Ledger ledger, (long From, long To) window, IReadOnlyList<long> faults)
    {
        var accepted = ledger.Jobs.Where(static job => job.AcceptedMs > 0).ToList();
        var first = ledger.Jobs.Select(static job => job.Arrivals).Where(static arrivals => arrivals.Count > 0)
            .Select(static arrivals => arrivals[0]).ToList();
        return new Verdict
        {
            Accepted = accepted.Count,
            Lost = accepted.Count(static job => job.Arrivals.Count == 0),
            Early = ledger.Jobs.Count(IsEarly),
            Duplicates = ledger.Jobs.Sum(static job => Math.Max(0, job.Arrivals.Count - 1)),
            DuplicatesMax = first.Count(at => faults.Any(fault => fault - at is >= -1_000 and <= 2_000)),
            FailedCreates = ledger.Failed.Count,
            Late = Lateness.Of(ledger.Jobs),
            TriggerGapMs = GapOf(first, window),
            CreateGapMs = GapOf(accepted.Select(static job => job.AcceptedMs), window),
        };
    }

    /// <summary>Whether a job came before its time.</summary>
    public static bool IsEarly(LedgerJob job) =>
        job.Arrivals is { Count: > 0 } arrivals && arrivals[0] < job.TriggerMs - EarlyMsMax;

    /// <summary>What does not hold.</summary>
    public IEnumerable<string> Broken(int gapMsMax)
    {
        (bool IsBroken, string What)[] rules =
        [
            (Accepted == 0, "nothing was accepted"),
            (Lost > 0, "jobs were lost"),
            (Early > 0, "jobs came early"),
            (FailedCreates > 0, "creates failed"),
            (Duplicates > DuplicatesMax, "more duplicates than may be"),
            (TriggerGapMs > gapMsMax, "too long without a trigger"),
            (CreateGapMs > gapMsMax, "too long without an accepted create"),
        ];
        return rules.Where(static rule => rule.IsBroken).Select(static rule => rule.What);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"accepted {Accepted:N0}, lost {Lost}, early {Early}, failed creates {FailedCreates}, duplicates {Duplicates} "
        + $"(bound {DuplicatesMax}); {Late}; longest gap: triggers {TriggerGapMs} ms, creates {CreateGapMs} ms");

    private static long GapOf(IEnumerable<long> times, (long From, long To) window)
    {
        var (last, gap) = (window.From, 0L);
        foreach (var time in times.Where(time => time > window.From && time < window.To).Order())
        {
            gap = Math.Max(gap, time - last);
            last = time;
        }

        return Math.Max(gap, window.To - last);
    }
}
