using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Faults;

/// <summary>Counts the faults that really struck.</summary>
internal static class FaultCounters
{
    /// <summary>By number of <see cref="FaultKind"/> less one.</summary>
    private static readonly Counter[] ByKind =
        [.. Enum.GetValues<FaultKind>().Select(kind => Counter.Fault(kind.ToString()))];

    public static Counter Of(FaultKind kind) => ByKind[(int)kind - 1];
}
