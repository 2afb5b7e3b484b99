using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Faults;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;
using TimeMachine.Simulation.Workload;

namespace TimeMachine.Simulation.Nodes;

/// <summary>Passes the checkers' verdicts on to the run, and judges the whole at its end.</summary>
public sealed class RunJudge : IChecker
{
    private readonly SimRun _run;
    private readonly SimObserver _observer;
    private readonly ClientLoad _load;
    private readonly IReadOnlyList<SimNode> _nodes;
    private const long FinalGetsUs = 10_000_000;
    private const long EventsMin = 20_000;
    private const long VirtualUsMin = 600_000_000;
    private const long JobsMin = 500;
    private long _calmUs;
    private bool _areFinalGetsSent;

    /// <summary>Makes the judge.</summary>
    public RunJudge(
        SimRun run, SimObserver observer, ClientLoad load, ClusterDriver driver, IReadOnlyList<SimNode> nodes)
    {
        _run = run;
        _observer = observer;
        _load = load;
        _nodes = nodes;
        ArgumentNullException.ThrowIfNull(driver);
        driver.FaultsOver = () =>
        {
            _calmUs = observer.Violations.NowUs;
            observer.Recipients.Calm();
            Admin!.IsCalm = true;
        };
    }

    /// <summary>The admin, who resumes what is paused once the faults are over.</summary>
    public SimAdmin? Admin { get; init; }

    /// <summary>The clients.</summary>
    public IReadOnlyList<SimClient> Clients { get; init; } = [];

    /// <inheritdoc/>
    public void AfterEvent(World world, int address)
    {
        if (!_areFinalGetsSent && _run.World.NowUs >= _run.Swarm.EndUs - FinalGetsUs)
        {
            _areFinalGetsSent = true;
            var number = 0;
            foreach (var get in _load.FinalGets())
            {
                Clients[number++ % Clients.Count].Submit(get);
            }
        }
    }

    /// <inheritdoc/>
    public void AtEnd(World world)
    {
        ArgumentNullException.ThrowIfNull(world);
        foreach (var node in _nodes)
        {
            node.CheckSlots();
            world.Trace($"node {node.Host.Address}: {node.Core?.Describe(node.Host.Clock.Mono) ?? "down"}");
            foreach (var raft in node.Core?.Engine.Groups ?? [])
            {
                var members = string.Join(' ', raft.Configuration.Members.ToArray());
                world.Trace($"  group {raft.Group} replica {raft.Self} {raft.Role} term {raft.Term} vote {raft.Vote}");
                world.Trace($"    leader {raft.Leader} commit {raft.CommitIndex} persisted {raft.PersistedIndex}");
                world.Trace($"    applied {raft.AppliedIndex} last {raft.Log.LastIndex}/{raft.Log.LastTerm} {members}");
            }
        }

        _observer.CheckQuiet(_nodes.Where(node => node.Core is not null).SelectMany(node => node.Watches.Values));
        var figures = _observer.Jobs.CheckEnd(_load.Operations, _calmUs);
        world.Count(NodeCounters.Jobs, figures.Jobs);
        CountDuplicates(world);
        _observer.Reach.PublishTo(world.Counters);
        CheckSize(world, figures.Jobs);
        Invariant.Require(_run.World == world);
    }

    /// <summary>A seed that is too small to be worth its name proves nothing.</summary>
    private static void CheckSize(World world, long jobCount)
    {
        var faultKinds = Enum.GetValues<FaultKind>().Count(kind => world.Counters[FaultCounters.Of(kind)] > 0);
        var isLarge = world.EventCount >= EventsMin && world.NowUs >= VirtualUsMin
            && jobCount >= JobsMin && faultKinds >= Swarming.FaultKindsMin;
        if (world.Violations.Count == 0 && !isLarge)
        {
            world.Violate("too-small", $"{world.EventCount} events, {world.NowUs / 1_000_000} virtual seconds, "
                + $"{jobCount} jobs, {faultKinds} kinds of fault");
        }
    }

    private void CountDuplicates(World world)
    {
        var duplicates = _observer.Jobs.Duplicates;
        world.Count(NodeCounters.Duplicates, duplicates.Total);
        world.Count(NodeCounters.DuplicatesBound, duplicates.Bound);
        world.Count(NodeCounters.DuplicatesUnexplained, duplicates.Of(DuplicateCause.None));
        for (var i = 0; i < DuplicateFigures.Causes.Length; i++)
        {
            var cause = DuplicateFigures.Causes[i];
            world.Count(NodeCounters.DuplicatesByCause[i], duplicates.Of(cause));
            world.Count(NodeCounters.DuplicatesBoundByCause[i], duplicates.BoundOf(cause));
        }
    }
}
