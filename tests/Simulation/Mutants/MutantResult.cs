namespace TimeMachine.Simulation.Mutants;

/// <summary>What became of a mutant.</summary>
/// <param name="Mutant">The deliberate bug.</param>
/// <param name="IsCaught">Whether a seed violated.</param>
/// <param name="SeedsRun">How many seeds it took, or how many found nothing.</param>
/// <param name="Seed">The seed that violated.</param>
/// <param name="Checker">What saw it; empty if nothing did.</param>
/// <param name="Text">What was seen, or why the mutant could not be run.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record MutantResult(
    Mutant Mutant, bool IsCaught, int SeedsRun, string Seed, string Checker, string Text, double Seconds);
