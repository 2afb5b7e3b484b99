namespace TimeMachine.Simulation.Mutants;

/// <summary>The deliberate bugs. Adding one is one line.</summary>
public static class MutantTable
{
    /// <summary>All of them, by subject.</summary>
    public static IReadOnlyList<Mutant> All { get; } =
    [
        .. RaftMutants.All,
        .. LogMutants.All,
        .. JobMutants.All,
        .. TriggerMutants.All,
        .. NodeMutants.All,
    ];
}
