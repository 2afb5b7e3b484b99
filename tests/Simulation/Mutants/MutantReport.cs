using System.Globalization;

namespace TimeMachine.Simulation.Mutants;

/// <summary>The table of mutants.</summary>
public static class MutantReport
{
    /// <summary>The table; the last line is the summary.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<MutantResult> results, int seedCount, int seedsNotCounted)
    {
        ArgumentNullException.ThrowIfNull(results);
        yield return $"{"mutant",-46} {"caught by",-22} {"seed",6} {"seeds",6} {"seconds",8}";
        foreach (var result in results)
        {
            yield return Row(result);
        }

        var caught = results.Count(result => result.IsCaught);
        var errors = results.Count(result => result.Verdict == MutantVerdict.Error);
        yield return $"{(caught == results.Count ? "OK" : "FAILED")}: {caught} of {results.Count} mutants "
            + $"caught within {seedCount} seeds, {results.Count - caught - errors} missed, {errors} errors, "
            + $"{seedsNotCounted} seeds not counted because they fail without a mutant";
    }

    /// <summary>One mutant's row with what was seen.</summary>
    public static string Line(MutantResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return $"{Row(result)}  {result.Text}".TrimEnd();
    }

    private static string Row(MutantResult result)
    {
        var seconds = result.Seconds.ToString("F1", CultureInfo.InvariantCulture);
        var by = result.Verdict switch
        {
            MutantVerdict.Caught => result.Checker,
            MutantVerdict.SeenByAnotherRule => $"{result.Checker}, NOT {result.Mutant.Rule}",
            MutantVerdict.Missed => "MISSED",
            MutantVerdict.Error => "ERROR",
            _ => throw new InvalidOperationException($"unknown verdict {result.Verdict}"),
        };
        var seed = result.Checker.Length > 0 ? $"{result.Seed}" : "-";
        return $"{result.Mutant.Name,-46} {by,-22} {seed,6} {result.SeedsRun,6} {seconds,8}";
    }
}
