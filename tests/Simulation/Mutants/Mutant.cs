namespace TimeMachine.Simulation.Mutants;

/// <summary>A deliberate bug: one patch of Core's source text.</summary>
/// <param name="Name">How it is switched on: words with dashes.</param>
/// <param name="File">The file's name, or the end of its path if several have the name.</param>
/// <param name="OldText">Text that stands in the file exactly once.</param>
/// <param name="NewText">What stands there instead.</param>
/// <param name="Why">What breaks, if the name does not say it.</param>
public sealed record Mutant(string Name, string File, string OldText, string NewText, string Why = "");
