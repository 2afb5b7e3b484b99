using System.Globalization;

namespace TimeMachine.Simulation.Mutants;

/// <summary>The table of mutants.</summary>
public static class MutantReport
{
    /// <summary>The table; the last line is the summary.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<MutantResult> results, int seedCount)
    {
        ArgumentNullException.ThrowIfNull(results);
        yield return $"{"mutant",-44} {"seeds",6} {"seconds",8}  caught by";
        foreach (var result in results)
        {
            yield return Line(result);
        }

        var caught = results.Count(result => result.IsCaught);
        var verdict = caught == results.Count ? "OK" : "FAILED";
        yield return $"{verdict}: {caught} of {results.Count} mutants caught within {seedCount} seeds";
    }

    /// <summary>One mutant's row.</summary>
    public static string Line(MutantResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var seconds = result.Seconds.ToString("F1", CultureInfo.InvariantCulture);
        var verdict = result.IsCaught ? $"{result.Checker} (seed {result.Seed}): {result.Text}"
            : result.SeedsRun == 0 ? $"ERROR: {result.Text}" : "MISSED";
        return $"{result.Mutant.Name,-44} {result.SeedsRun,6} {seconds,8}  {verdict}";
    }
}
