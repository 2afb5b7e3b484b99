namespace TimeMachine.Simulation.Checkers;

/// <summary>How often each interesting state was reached in one run.</summary>
public sealed class ReachCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<Reach>().Length];

    /// <summary>How often a state was reached.</summary>
    public long this[Reach state] => _counts[(int)state];

    /// <summary>Counts a state.</summary>
    public void Hit(Reach state, long count = 1) => _counts[(int)state] += count;

    /// <summary>Adds another run's counters to these.</summary>
    public void Add(ReachCounters other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
    }

    /// <summary>The states that were never reached, in their order.</summary>
    public IEnumerable<Reach> Missing() => Enum.GetValues<Reach>().Where(state => this[state] == 0);
}
