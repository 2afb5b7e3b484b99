namespace TimeMachine.Simulation.Mutants;

/// <summary>How a mutant ended.</summary>
public enum MutantVerdict
{
    /// <summary>A seed saw it.</summary>
    Caught,

    /// <summary>No seed saw it: the simulator is too weak.</summary>
    Missed,

    /// <summary>A seed saw it by another rule than the one that has to.</summary>
    SeenByAnotherRule,

    /// <summary>Its patch does not apply exactly once, or does not compile.</summary>
    Error,
}
