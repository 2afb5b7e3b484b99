namespace TimeMachine.Simulation.Kernel;

/// <summary>A broken promise, found in a run.</summary>
/// <param name="Seed">The run.</param>
/// <param name="Checker">The short name of what found it, such as <c>election-safety</c>.</param>
/// <param name="Text">What was seen, in one line.</param>
/// <param name="AtUs">Virtual true time in microseconds.</param>
/// <param name="EventNumber">How many events the run had handled.</param>
public sealed record Violation(ulong Seed, string Checker, string Text, long AtUs, long EventNumber)
{
    /// <summary>The command line that repeats the run with a readable trace.</summary>
    public string Replay => $"dotnet run -c Release --project tests/Simulation -- --seed {Seed}{Options}";

    /// <summary>What the run was asked for beside its seed, as on the command line.</summary>
    public string Options { get; init; } = "";
}
