using TimeMachine.Simulation.Toy;

namespace TimeMachine.Simulation.Runner;

/// <summary>The one place that says what the simulator runs.</summary>
public static class Setups
{
    /// <summary>Creates the setup for one thread.</summary>
    /// <param name="isKernelOnly">Whether the kernel's own toy cluster is wanted.</param>
    public static ISimulationSetup Create(bool isKernelOnly) =>
        isKernelOnly ? new ToySetup() : new Nodes.NodeSetup();

    /// <summary>Creates the setup for one thread.</summary>
    /// <param name="options">What the command line asks for.</param>
    public static ISimulationSetup For(RunnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.IsKernelOnly ? new ToySetup() : new Nodes.NodeSetup(options.HasFiles);
    }
}
