namespace TimeMachine.Simulation.Mutants;

/// <summary>What became of a mutant.</summary>
/// <param name="Mutant">The deliberate bug.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="SeedsRun">How many seeds it took, or how many found nothing.</param>
/// <param name="Seed">The seed that violated.</param>
/// <param name="Checker">What saw it; empty if nothing did.</param>
/// <param name="Text">What was seen, or why the mutant could not be run.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record MutantResult(
    Mutant Mutant, MutantVerdict Verdict, int SeedsRun, ulong Seed, string Checker, string Text, double Seconds)
{
    /// <summary>Whether a seed saw it.</summary>
    public bool IsCaught => Verdict == MutantVerdict.Caught;
}
