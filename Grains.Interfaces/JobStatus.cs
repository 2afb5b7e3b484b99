namespace TimeMachine.Grains.Interfaces;

/// <summary>Where a job is in its life. Numbers are stable and append-only.</summary>
[GenerateSerializer]
[Alias("timemachine.state")]
public enum JobStatus
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Waits for its trigger time; never attempted.</summary>
    Scheduled = 1,

    /// <summary>An attempt is committed and not yet resolved.</summary>
    Claimed = 2,

    /// <summary>Waits for its next attempt.</summary>
    Retrying = 3,

    /// <summary>The recipient took it.</summary>
    Delivered = 4,

    /// <summary>Given up; kept for redrive.</summary>
    Dead = 5,

    /// <summary>At most once: sent, and the outcome is not known; kept for redrive.</summary>
    Unknown = 6,

    /// <summary>Deleted before it was delivered.</summary>
    Cancelled = 7,

    /// <summary>Its time to be of use was over before it could be sent.</summary>
    Expired = 8,
}
