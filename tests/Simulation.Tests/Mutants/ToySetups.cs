using TimeMachine.Simulation.Runner;
using TimeMachine.Simulation.Toy;

namespace TimeMachine.Simulation.Tests.Mutants;

/// <summary>Lets mutants of Core run under the toy cluster.</summary>
public static class ToySetups
{
    public static ISimulationSetup Create(bool isKernelOnly)
    {
        Assert.False(isKernelOnly);
        return new ToySetup();
    }
}
