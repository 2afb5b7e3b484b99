using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Nodes;

/// <summary>What the nodes of a run count.</summary>
internal static class NodeCounters
{
    public static readonly Counter Elections = Counter.Total("elections");
    public static readonly Counter Snapshots = Counter.Total("snapshots");
    public static readonly Counter Checkpoints = Counter.Total("checkpoints");
    public static readonly Counter MembershipChanges = Counter.Total("membership changes");
    public static readonly Counter Transfers = Counter.Total("transfers");
    public static readonly Counter Jobs = Counter.Total("jobs");
    public static readonly Counter Duplicates = Counter.Total("duplicates");
    public static readonly Counter DuplicatesBound = Counter.Total("duplicates bound");
    public static readonly Counter DuplicatesUnexplained = Counter.Total("duplicates without a cause");
    public static readonly Counter[] DuplicatesByCause = ByCause("");
    public static readonly Counter[] DuplicatesBoundByCause = ByCause(", bound");
    public static readonly Counter DiskReads = Counter.Reach("entries read from disk");
    public static readonly Counter ReplicasLost = Counter.Reach("replicas lost");
    public static readonly Counter TornTails = Counter.Reach("torn tails cut");
    public static readonly Counter Recoveries = Counter.Reach("logs recovered");

    /// <summary>In the order of the causes.</summary>
    private static Counter[] ByCause(string suffix) =>
    [
        Counter.Total($"duplicates (a) claim inherited{suffix}"),
        Counter.Total($"duplicates (b) attempt failed{suffix}"),
        Counter.Total($"duplicates (c) redriven{suffix}"),
    ];
}
