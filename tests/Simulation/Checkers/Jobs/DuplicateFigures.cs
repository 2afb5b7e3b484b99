namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>How often recipients saw a key again, by its cause, and how often they may have.</summary>
public sealed class DuplicateFigures
{
    /// <summary>Keys sent again because their claim was inherited.</summary>
    public long Inherited { get; internal set; }

    /// <summary>Keys sent again because an attempt failed or its answer was lost.</summary>
    public long Failed { get; internal set; }

    /// <summary>Keys sent again by a redrive.</summary>
    public long Redriven { get; internal set; }

    /// <summary>Keys sent again without a cause: each is a violation.</summary>
    public long Unexplained { get; internal set; }

    /// <summary>All keys sent again.</summary>
    public long Count => Inherited + Failed + Redriven + Unexplained;

    /// <summary>The bound: inherited claims, failed attempts and redrives.</summary>
    public long Bound { get; internal set; }
}
