using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;
using TimeMachine.Simulation.Clocks;
using TimeMachine.Simulation.Faults;
using TimeMachine.Simulation.Runner;
using TimeMachine.Simulation.Workload;

namespace TimeMachine.Simulation.Nodes;

/// <summary>Builds the product's own cluster in a world: nodes, clients, recipients, checkers.</summary>
/// <param name="hasFiles">Whether the job stores are the product's own, on disks in memory.</param>
public sealed class NodeSetup(bool hasFiles = false) : ISimulationSetup
{
    /// <summary>True time of the run's start, in microseconds since 1970.</summary>
    public const long EpochUs = SimClock.EpochMs * 1_000;

    private const int FirstClient = 100;

    /// <inheritdoc/>
    public IClusterUnderTest Build(SimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var world = run.World;
        world.ReplayOptions = hasFiles ? " --files" : "";
        var observer = new SimObserver(
            world.Draws.Recipients.Next(), new JobCheckOptions(), () => EpochUs + world.NowUs, world.Violate);
        var plan = new ClusterPlan(run);
        var nodes = new List<SimNode>();
        for (var address = 1; address <= run.Swarm.NodeCount; address++)
        {
            var files = hasFiles ? new NodeFiles(world.Seed + (ulong)address) : null;
            var node = new SimNode(run, plan, observer) { Files = files };
            node.Host = run.AddNode(address, node);
            if (hasFiles)
            {
                node.Host.LogDisk.UseFiles(world.Seed + (ulong)address + 1_000);
            }

            nodes.Add(node);
            if (address <= run.Swarm.InitialNodeCount)
            {
                node.Host.StartAfter(0);
            }
        }

        nodes.ForEach(node => node.All = nodes);
        var options = new WorkloadOptions
        {
            ClientCount = 12,
            StartMs = SimClock.EpochMs,
            DurationMs = (run.Swarm.FaultsEndUs / 1_000) - 5_000,
        };
        var load = new ClientLoad(world.Draws.Workload.Next(), options, observer);
        var clients = new List<SimClient>();
        for (var number = 0; number < options.ClientCount; number++)
        {
            var client = new SimClient(run, plan, load, observer.Jobs, number);
            client.Host = run.AddOutsider(FirstClient + number, client);
            clients.Add(client);
        }

        var routes = new RouteLoad(world.Draws.Workload.Next(), observer);
        var admin = new SimAdmin(run, routes);
        admin.Host = run.AddOutsider(FirstClient - 1, admin);
        var driver = new ClusterDriver(run, plan, nodes);
        world.AddChecker(new RunJudge(run, observer, load, driver, nodes) { Admin = admin, Clients = clients });
        return driver;
    }
}
