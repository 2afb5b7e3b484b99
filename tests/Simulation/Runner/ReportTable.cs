using System.Globalization;
using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Runner;

/// <summary>The report of many runs, and whether it is good enough.</summary>
public sealed class ReportTable(RunTotals totals, double wallSeconds)
{
    /// <summary>From so many seeds on, a fault kind or interesting state that never came is a failure.</summary>
    public const int SeedsForReach = 1_000;

    /// <summary>The faults and interesting states that never came.</summary>
    public IReadOnlyList<Counter> NeverReached { get; } =
        [.. CounterCatalog.All.Where(counter => counter.Kind != CounterKind.Total && totals.Counters[counter] == 0)];

    /// <summary>Whether nothing was violated, and a large run reached everything.</summary>
    public bool IsGood =>
        totals.Violations.Count == 0 && (totals.SeedCount < SeedsForReach || NeverReached.Count == 0);

    /// <summary>A violation, and how to repeat it, in one line.</summary>
    public static string Line(Violation violation)
    {
        ArgumentNullException.ThrowIfNull(violation);
        return $"VIOLATION {violation.Checker}: {violation.Text} "
            + $"(at {violation.AtUs} us, event {violation.EventNumber}) replay: {violation.Replay}";
    }

    /// <summary>The whole report; the last line is the summary.</summary>
    public IEnumerable<string> Lines()
    {
        yield return Row("seeds", totals.SeedCount);
        yield return Row("events", totals.EventCount);
        yield return Row("events per seed, least", totals.SeedCount == 0 ? 0 : totals.EventCountLeast);
        yield return Row("events per seed, mean", totals.SeedCount == 0 ? 0 : totals.EventCount / totals.SeedCount);
        yield return Row("events per seed, most", totals.EventCountMost);
        yield return Row("events/s per core", (long)totals.EventsPerCoreSecond);
        yield return Text($"{"virtual hours",-48} {totals.VirtualUs / 3.6e9,14:F1}");
        yield return Text($"{"seconds",-48} {wallSeconds,14:F1}");
        foreach (var counter in CounterCatalog.All)
        {
            var isMissing = counter.Kind != CounterKind.Total && totals.Counters[counter] == 0;
            var row = Row($"{Title(counter.Kind)}{counter.Name}", totals.Counters[counter]);
            yield return row + (isMissing ? "  <-- never" : "");
        }

        yield return Row("violations", totals.Violations.Count);
        yield return Summary();
    }

    private static string Title(CounterKind kind) => kind switch
    {
        CounterKind.Fault => "fault: ",
        CounterKind.Reach => "reached: ",
        _ => "",
    };

    private static string Row(string name, long value) => Text($"{name,-48} {value,14}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string Summary()
    {
        var figures = totals.Counters;
        var verdict = IsGood ? "OK" : "FAILED";
        string[] parts =
        [
            Text($"{verdict}: {totals.SeedCount} seeds"),
            Text($"{totals.EventCount} events"),
            Text($"{totals.VirtualUs / 3.6e9:F1} virtual hours"),
            Text($"{figures[RunFigures.Jobs]} jobs"),
            Text($"{figures[RunFigures.Elections]} elections"),
            Text($"{figures[RunFigures.Snapshots]} snapshots"),
            Text($"{figures[RunFigures.MembershipChanges]} membership changes"),
            Text($"{figures[RunFigures.Transfers]} transfers"),
            Text($"{figures[RunFigures.Duplicates]} duplicates (bound {figures[RunFigures.DuplicatesBound]})"),
            Text($"{NeverReached.Count} never reached"),
            Text($"{(long)totals.EventsPerCoreSecond} events/s per core"),
            Text($"{totals.Violations.Count} violations"),
        ];
        return string.Join(", ", parts);
    }
}
