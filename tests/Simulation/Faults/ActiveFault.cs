using TimeMachine.Simulation.Kernel;
using TimeMachine.Simulation.Network;

namespace TimeMachine.Simulation.Faults;

/// <summary>A fault that struck: whom, and what must be taken back.</summary>
internal sealed class ActiveFault(ScheduledFault fault)
{
    public ScheduledFault Fault { get; } = fault;

    public Draws Draws { get; } = new(fault.Draw, 1);

    /// <summary>The node struck; 0 while nobody is.</summary>
    public int Node { get; set; }

    /// <summary>The other end of a link, the node that joins, or the bit set of a part of the nodes.</summary>
    public int Other { get; set; }

    /// <summary>Where a fault of several steps is.</summary>
    public int Step { get; set; }

    /// <summary>How often the fault found nobody to strike and was put off.</summary>
    public int PutOffCount { get; set; }

    /// <summary>Whether links are cut by this fault now.</summary>
    public bool IsCut { get; set; }

    /// <summary>What was added to links.</summary>
    public LinkQuality Quality { get; set; }

    /// <summary>The links struck.</summary>
    public List<(int From, int To)> Links { get; } = [];

    /// <summary>Whether the fault is still to be taken back.</summary>
    public bool IsOn { get; set; }
}
