namespace TimeMachine.Simulation.Checkers;

/// <summary>One broken promise, as a checker saw it.</summary>
/// <param name="Checker">The checker's name: stable, lower case with dashes.</param>
/// <param name="Text">What was seen, with the ids.</param>
/// <param name="TrueUs">True time in microseconds since 1970.</param>
public sealed record Complaint(string Checker, string Text, long TrueUs)
{
    /// <inheritdoc/>
    public override string ToString() => $"{TrueUs / 1000}.{TrueUs % 1000:000} {Checker}: {Text}";
}
