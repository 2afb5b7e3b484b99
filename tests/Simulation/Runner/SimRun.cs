using TimeMachine.Simulation.Clocks;
using TimeMachine.Simulation.Faults;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Network;

namespace TimeMachine.Simulation.Runner;

/// <summary>One seed's run: the world, its network, the drawn configuration and the nemesis.</summary>
public sealed class SimRun
{
    private readonly ISimulationSetup _setup;
    private Nemesis? _nemesis;

    /// <summary>Prepares the run of a seed.</summary>
    public SimRun(ulong seed, ISimulationSetup setup, WorldMemory? memory = null)
        : this(new World(seed, memory), setup, null)
    {
    }

    /// <summary>Prepares a run with a given configuration: for tests.</summary>
    public SimRun(World world, ISimulationSetup setup, SwarmConfig? swarm)
    {
        ArgumentNullException.ThrowIfNull(world);
        _setup = setup;
        World = world;
        Swarm = swarm ?? Swarming.Draw(world.Draws.Swarm);
        Network = new SimNetwork(world, Swarm.UsualLink);
    }

    /// <summary>Time, events, draws, figures.</summary>
    public World World { get; }

    /// <summary>The links.</summary>
    public SimNetwork Network { get; }

    /// <summary>What the seed drew.</summary>
    public SwarmConfig Swarm { get; }

    /// <summary>Adds a node's host with a clock and disks as the configuration says.</summary>
    public SimHost AddNode(int node, ISimProcess process)
    {
        var host = Network.AddHost(node, process, new SimClock(World, Swarm.GoodClockErrorMs));
        host.AddDisks(Swarm.LogDisk, Swarm.CheckpointDisk);
        return host;
    }

    /// <summary>Adds a client or a recipient: a host with a perfect clock and no disks, started at once.</summary>
    public SimHost AddOutsider(int address, ISimProcess process)
    {
        var host = Network.AddHost(address, process, SimClock.Perfect(World));
        host.StartAfter(0);
        return host;
    }

    /// <summary>Runs the seed to its end or to its first violation.</summary>
    public RunResult Execute()
    {
        World.Trace($"seed {World.Seed}: {Swarm}; faults {string.Join(' ', Swarm.Faults)}");
        var cluster = _setup.Build(this);
        _nemesis = new Nemesis(this, cluster);
        World.RunUntil(Swarm.EndUs);
        World.CheckEnd();
        return new RunResult(
            World.Seed, World.EventCount, World.NowUs, World.TraceHash, World.Counters, World.Violations);
    }
}
