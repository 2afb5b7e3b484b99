namespace TimeMachine.Simulation.Mutants;

/// <summary>A deliberate bug: one patch of Core's source text.</summary>
/// <param name="Name">How it is switched on: words with dashes.</param>
/// <param name="File">The file's name, or the end of its path if several have the name.</param>
/// <param name="OldText">Text that stands in the file exactly once.</param>
/// <param name="NewText">What stands there instead.</param>
/// <param name="Why">What breaks, if the name does not say it.</param>
public sealed record Mutant(string Name, string File, string OldText, string NewText, string Why = "")
{
    /// <summary>A second patch, where Core checks the same thing at two places; null if one place is enough.</summary>
    public (string File, string OldText, string NewText)? Also { get; init; }

    /// <summary>The rule that must see it, where that is part of the promise; empty if any may.</summary>
    public string Rule { get; init; } = "";

    /// <summary>All patches.</summary>
    public IEnumerable<(string File, string OldText, string NewText)> Patches =>
        Also is { } also ? [(File, OldText, NewText), also] : [(File, OldText, NewText)];
}
