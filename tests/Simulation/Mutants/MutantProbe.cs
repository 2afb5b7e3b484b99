using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Runner;

namespace TimeMachine.Simulation.Mutants;

/// <summary>The door into a fresh copy of the simulator: called by reflection, so that only the framework's types
/// pass.</summary>
public static class MutantProbe
{
    /// <summary>Runs seeds until one violates.</summary>
    /// <param name="setupsType">The type with a static <c>Create(bool)</c> that gives an <see
    /// cref="ISimulationSetup"/>.</param>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="seedCount">How many at most.</param>
    /// <param name="progress">Its first place is set to the number of seeds begun.</param>
    /// <returns>Null, or (checker, text) of the last seed begun.</returns>
    public static string[]? FirstViolation(Type setupsType, ulong firstSeed, int seedCount, long[] progress)
    {
        ArgumentNullException.ThrowIfNull(setupsType);
        ArgumentNullException.ThrowIfNull(progress);
        var setup = SetupOf(setupsType);
        var memory = new WorldMemory();
        for (var i = 0; i < seedCount; i++)
        {
            Volatile.Write(ref progress[0], i + 1);
            var seed = firstSeed + (ulong)i;
            if (RunGuarded(seed, setup, ref memory) is { } found)
            {
                return [found.Checker, found.Text];
            }
        }

        return null;
    }

    /// <summary>Makes the setup for one thread.</summary>
    internal static ISimulationSetup SetupOf(Type setupsType) =>
        setupsType.GetMethod("Create")!.CreateDelegate<Func<bool, ISimulationSetup>>()(false);

    /// <summary>Runs one seed.</summary>
    /// <returns>Its first violation, or what was thrown before the first event; null if there is neither.</returns>
    internal static (string Checker, string Text)? RunGuarded(
        ulong seed, ISimulationSetup setup, ref WorldMemory memory)
    {
        try
        {
            var result = SeedRunner.RunOne(seed, setup, memory);
            return result.Violations.Count > 0 ? (result.Violations[0].Checker, result.Violations[0].Text) : null;
        }
        catch (Exception error) when (World.IsFound(error))
        {
            // A mutant may break what happens before the first event; that is seen as well.
            return ("exception", $"{error.GetType().Name}: {error.Message}");
        }
    }
}
