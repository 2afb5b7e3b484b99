namespace TimeMachine.Simulation.Kernel;

/// <summary>The seeded streams of a run, one a purpose. Numbers are append-only: a new purpose shifts no old
/// seed.</summary>
public sealed class RunDraws(ulong seed)
{
    /// <summary>The swarm configuration of the run.</summary>
    public Draws Swarm { get; } = new(seed, 1);

    /// <summary>Delays, losses, duplicates, order.</summary>
    public Draws Network { get; } = new(seed, 2);

    /// <summary>Sync times, what survives a crash, which bit flips.</summary>
    public Draws Disk { get; } = new(seed, 3);

    /// <summary>The schedule of faults.</summary>
    public Draws Faults { get; } = new(seed, 4);

    /// <summary>Offsets, drifts and steps of clocks.</summary>
    public Draws Clocks { get; } = new(seed, 5);

    /// <summary>What the clients do.</summary>
    public Draws Workload { get; } = new(seed, 6);

    /// <summary>How recipients answer.</summary>
    public Draws Recipients { get; } = new(seed, 7);

    /// <summary>Seeds and ids that nodes need from their shell.</summary>
    public Draws Nodes { get; } = new(seed, 8);
}
