namespace TimeMachine.Simulation.Kernel;

/// <summary>The figures of one run, or the sums of many.</summary>
public sealed class CounterValues
{
    private readonly long[] _values = new long[CounterCatalog.CountersMax];

    /// <summary>A counter's figure.</summary>
    public long this[Counter counter] => _values[counter.Index];

    /// <summary>Adds to a counter.</summary>
    public void Add(Counter counter, long amount = 1) => _values[counter.Index] += amount;

    /// <summary>Adds another run's figures.</summary>
    public void AddAll(CounterValues other)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] += other._values[i];
        }
    }
}
