namespace TimeMachine.Simulation.Checkers.Linearizability;

/// <summary>What the search found.</summary>
public enum Verdict
{
    /// <summary>Some order explains every answer.</summary>
    Linearizable,

    /// <summary>No order does.</summary>
    Violated,

    /// <summary>The budget ended first. Never counts as passed.</summary>
    Undecided,
}
