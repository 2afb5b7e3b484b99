namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>What the end of a run was judged by.</summary>
public sealed class EndFigures
{
    /// <summary>Job ids judged.</summary>
    public int Jobs { get; internal set; }

    /// <summary>Versions judged.</summary>
    public int Versions { get; internal set; }

    /// <summary>Operations of clients judged.</summary>
    public int Operations { get; internal set; }

    /// <summary>Operations whose outcome no client learned.</summary>
    public int UnknownOperations { get; internal set; }

    /// <summary>Histories that the search could not decide within its budget. Never passed as right.</summary>
    public int Undecided { get; internal set; }

    /// <summary>Steps of all searches.</summary>
    public long SearchSteps { get; internal set; }
}
