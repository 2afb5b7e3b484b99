using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Checkers.Raft;
using TimeMachine.Simulation.Recipients;

namespace TimeMachine.Simulation.Checkers;

/// <summary>All checkers of one run. The simulated nodes, the recipients and the clients report to it.</summary>
public sealed class SimObserver
{
    /// <summary>Makes the checkers of one run.</summary>
    /// <param name="seed">The run's seed; the recipients draw from it.</param>
    /// <param name="options">The bounds to judge by.</param>
    /// <param name="trueNowUs">True time in microseconds since 1970.</param>
    /// <param name="report">Told of each violation, by checker and text; may be null.</param>
    public SimObserver(
        ulong seed,
        JobCheckOptions options,
        Func<long> trueNowUs,
        Action<string, string>? report = null)
    {
        Violations = new ViolationLog(trueNowUs, report);
        Raft = new RaftChecker(Violations, Reach);
        Leases = new LeaseChecker(Violations);
        Jobs = new JobChecker(options, Violations, Reach, Raft, Routes);
        Recipients = new RecipientPool(seed, Jobs, Violations, Reach);
    }

    /// <summary>Entries that may be on their way to a follower when the run ends.</summary>
    private const long UnderWayMax = 8;

    /// <summary>What was broken.</summary>
    public ViolationLog Violations { get; }

    /// <summary>The interesting states.</summary>
    public ReachCounters Reach { get; } = new();

    /// <summary>Raft's promises.</summary>
    public RaftChecker Raft { get; }

    /// <summary>The jobs' promises.</summary>
    public JobChecker Jobs { get; }

    /// <summary>The leases of limited routes.</summary>
    public LeaseChecker Leases { get; }

    /// <summary>The routes' settings as their admin saw them.</summary>
    public RouteHistory Routes { get; } = new();

    /// <summary>The recipients.</summary>
    public RecipientPool Recipients { get; }

    /// <summary>A node's process ended: unsynced writes and open sockets end with it.</summary>
    public void NodeCrashed(NodeId node)
    {
        Raft.NodeCrashed(node);
        Recipients.NodeCrashed(node);
    }

    /// <summary>A sweep found a due job that the wheel had missed.</summary>
    public void WheelMissed(NodeId node, long count)
    {
        if (count > 0)
        {
            Violations.Add("wheel-missed", $"node {node} missed {count} due jobs");
        }
    }

    /// <summary>
    /// At the end, some time after the faults stopped: each group has a leader and all replicas are equal.
    /// </summary>
    /// <param name="replicas">The live replicas.</param>
    public void CheckQuiet(IEnumerable<ReplicaWatch> replicas)
    {
        foreach (var group in replicas.GroupBy(replica => replica.Group))
        {
            if (!group.Any(replica => replica.State.IsLeader))
            {
                Violations.Add("no-leader", $"group {group.Key} has no leader");
            }

            foreach (var replica in group.Where(replica => replica.Shadow.Committed - replica.Applied > UnderWayMax))
            {
                Violations.Add("not-caught-up", $"{replica} applied {replica.Applied} of {replica.Shadow.Committed}");
            }
        }
    }
}
