namespace TimeMachine.Simulation.Kernel;

/// <summary>What a counter means in the final table.</summary>
public enum CounterKind
{
    /// <summary>A figure of the report; may be zero.</summary>
    Total = 1,

    /// <summary>A fault that was really injected; must be above zero over a large run.</summary>
    Fault = 2,

    /// <summary>An interesting state that was really met; must be above zero over a large run.</summary>
    Reach = 3,
}

/// <summary>A named counter of all runs. Declare each as a static readonly field: the report lists also untouched
/// ones.</summary>
public sealed class Counter
{
    private Counter(string name, CounterKind kind, int index)
    {
        Name = name;
        Kind = kind;
        Index = index;
    }

    /// <summary>The name in the table; unique for its kind.</summary>
    public string Name { get; }

    /// <summary>What the counter means.</summary>
    public CounterKind Kind { get; }

    /// <summary>The place in a run's figures; differs between processes, never part of a trace.</summary>
    internal int Index { get; }

    /// <summary>Declares a figure of the report.</summary>
    public static Counter Total(string name) => Declare(name, CounterKind.Total);

    /// <summary>Declares a fault.</summary>
    public static Counter Fault(string name) => Declare(name, CounterKind.Fault);

    /// <summary>Declares an interesting state.</summary>
    public static Counter Reach(string name) => Declare(name, CounterKind.Reach);

    private static Counter Declare(string name, CounterKind kind) =>
        CounterCatalog.Declare(name, kind, index => new Counter(name, kind, index));
}
