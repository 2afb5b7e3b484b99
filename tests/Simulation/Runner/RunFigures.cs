using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Runner;

/// <summary>The figures that every report shows; the cluster, the workload and the checkers count them.</summary>
public static class RunFigures
{
    /// <summary>Jobs that clients asked for.</summary>
    public static readonly Counter Jobs = Counter.Total("jobs");

    /// <summary>Elections won.</summary>
    public static readonly Counter Elections = Counter.Total("elections");

    /// <summary>Snapshots installed.</summary>
    public static readonly Counter Snapshots = Counter.Total("snapshots");

    /// <summary>Membership changes committed.</summary>
    public static readonly Counter MembershipChanges = Counter.Total("membership changes");

    /// <summary>Leaderships transferred by plan.</summary>
    public static readonly Counter Transfers = Counter.Total("transfers");

    /// <summary>Deliveries that a recipient had seen before.</summary>
    public static readonly Counter Duplicates = Counter.Total("duplicates");

    /// <summary>Deliveries that promise 3 would have let be duplicates.</summary>
    public static readonly Counter DuplicatesBound = Counter.Total("duplicates bound");
}
