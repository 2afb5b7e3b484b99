using TimeMachine.Simulation.Kernel;

namespace TimeMachine.Simulation.Checkers;

/// <summary>How often each interesting state was reached in one run.</summary>
public sealed class ReachCounters
{
    private static readonly Counter[] Named =
        [.. Enum.GetNames<Reach>().Select(name => Counter.Reach($"jobs: {name}"))];

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

    /// <summary>Adds these to the figures of a run.</summary>
    public void PublishTo(CounterValues figures)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            figures.Add(Named[i], _counts[i]);
        }
    }

    /// <summary>The states that were never reached, in their order.</summary>
    public IEnumerable<Reach> Missing() => Enum.GetValues<Reach>().Where(state => this[state] == 0);
}
