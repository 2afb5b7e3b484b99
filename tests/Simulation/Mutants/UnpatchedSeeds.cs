using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Mutants;

/// <summary>
/// Knows which seeds violate without any patch: such a seed proves nothing about a mutant. Only seeds that a mutant
/// failed are asked for, each is run once.
/// </summary>
internal sealed class UnpatchedSeeds(Type setupsType)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, bool> _failsBySeed = [];
    private WorldMemory _memory = new();

    /// <summary>How many of the seeds asked for violate.</summary>
    public int FailedCount
    {
        get
        {
            lock (_gate)
            {
                return _failsBySeed.Values.Count(fails => fails);
            }
        }
    }

    /// <summary>Whether the seed violates without a patch.</summary>
    public bool Fails(ulong seed)
    {
        lock (_gate)
        {
            if (!_failsBySeed.TryGetValue(seed, out var fails))
            {
                fails = MutantProbe.RunGuarded(seed, MutantProbe.SetupOf(setupsType), ref _memory) is not null;
                _failsBySeed[seed] = fails;
            }

            return fails;
        }
    }
}
