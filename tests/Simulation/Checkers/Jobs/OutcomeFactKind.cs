namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>How an attempt ended; the numbers are those of the product.</summary>
public enum OutcomeFactKind : byte
{
    /// <summary>Not an outcome.</summary>
    None = 0,

    /// <summary>2xx.</summary>
    Complete = 1,

    /// <summary>Failed; another attempt follows.</summary>
    Retry = 2,

    /// <summary>Failed for good.</summary>
    Dead = 3,

    /// <summary>At most once, no answer.</summary>
    Unknown = 4,

    /// <summary>Nothing was sent.</summary>
    Release = 5,

    /// <summary>A stopped job's claim at a leader change.</summary>
    Abandon = 6,
}
