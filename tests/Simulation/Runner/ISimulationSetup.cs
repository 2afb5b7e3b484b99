using TimeMachine.Simulation.Faults;

namespace TimeMachine.Simulation.Runner;

/// <summary>Builds what runs in a world. A new setup object for each thread; one <see cref="Build"/> for each
/// seed.</summary>
public interface ISimulationSetup
{
    /// <summary>Adds hosts, clients, recipients and checkers to a fresh run.</summary>
    /// <remarks>Nodes have the addresses 1 to <see cref="SwarmConfig.NodeCount"/>; all get their hosts (and disks)
    /// here, those
    /// up to <see cref="SwarmConfig.InitialNodeCount"/> are started here, the others are started by the
    /// nemesis.</remarks>
    public IClusterUnderTest Build(SimRun run);
}
