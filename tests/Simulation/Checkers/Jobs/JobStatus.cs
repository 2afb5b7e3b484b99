namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>A job's public state; the numbers are those of the product.</summary>
public enum JobStatus : byte
{
    /// <summary>No such job.</summary>
    Absent = 0,

    /// <summary>Waits for its first attempt.</summary>
    Scheduled = 1,

    /// <summary>An attempt is committed and not over.</summary>
    Claimed = 2,

    /// <summary>Waits for another attempt.</summary>
    Retrying = 3,

    /// <summary>Answered with success.</summary>
    Delivered = 4,

    /// <summary>Given up.</summary>
    Dead = 5,

    /// <summary>Sent at most once, result not known.</summary>
    Unknown = 6,

    /// <summary>Cancelled by the user.</summary>
    Cancelled = 7,

    /// <summary>Too late to be sent.</summary>
    Expired = 8,
}
