namespace TimeMachine.Core.Jobs;

/// <summary>Where a job is in its life. Numbers are stable and append-only.</summary>
public enum JobState : byte
{
    /// <summary>Waits for its trigger time; never attempted.</summary>
    Scheduled = 1,

    /// <summary>An attempt is committed and not yet resolved.</summary>
    Claimed = 2,

    /// <summary>Waits for its next attempt.</summary>
    Retrying = 3,

    /// <summary>The recipient took it.</summary>
    Delivered = 4,

    /// <summary>Given up; the body is kept for redrive.</summary>
    Dead = 5,

    /// <summary>At most once: sent, and the outcome is not known; the body is kept for redrive.</summary>
    Unknown = 6,

    /// <summary>Deleted before it was delivered.</summary>
    Cancelled = 7,

    /// <summary>Its time to be of use was over before it could be sent.</summary>
    Expired = 8,
}

/// <summary>How often a job may be sent. Numbers are stable and append-only.</summary>
public enum DeliveryMode : byte
{
    /// <summary>As the route says.</summary>
    RouteDefault = 0,

    /// <summary>Again, until the recipient takes it or the attempts are used up.</summary>
    AtLeastOnce = 1,

    /// <summary>Never a second time once a byte may have been written.</summary>
    AtMostOnce = 2,
}

/// <summary>What a delete achieved. Numbers are stable and append-only.</summary>
public enum CancelResult : byte
{
    /// <summary>It was no delete, or it was refused.</summary>
    None = 0,

    /// <summary>The version was never attempted: nothing of it is ever sent.</summary>
    Won = 1,

    /// <summary>It was attempted: no further attempt is made, one under way may still arrive.</summary>
    Stopped = 2,
}

/// <summary>What became of an attempt. Numbers are stable and append-only.</summary>
public enum OutcomeKind : byte
{
    /// <summary>The recipient took it.</summary>
    Complete = 1,

    /// <summary>It failed and is to be tried again.</summary>
    Retry = 2,

    /// <summary>It failed for good.</summary>
    Dead = 3,

    /// <summary>At most once: sent, and nobody knows what became of it.</summary>
    Unknown = 4,

    /// <summary>Nothing was sent: all is as before the claim.</summary>
    Release = 5,

    /// <summary>The claim of a stopped job whose leader is gone: it is over.</summary>
    Abandon = 6,
}

/// <summary>Why an attempt failed. Numbers are stable and append-only.</summary>
public enum AttemptError : byte
{
    /// <summary>It did not fail.</summary>
    None = 0,

    /// <summary>The recipient answered with another status than 2xx.</summary>
    Status = 1,

    /// <summary>No answer in time.</summary>
    Timeout = 2,

    /// <summary>No connection: nothing was written.</summary>
    Connect = 3,

    /// <summary>The connection broke after something was written.</summary>
    Broken = 4,

    /// <summary>The leader that made it is gone.</summary>
    LeaderLost = 5,

    /// <summary>The route is gone.</summary>
    RouteDeleted = 6,

    /// <summary>The address is not allowed.</summary>
    TargetForbidden = 7,
}

/// <summary>One attempt as the history keeps it.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="At">When it was sent, or its claim made.</param>
/// <param name="HttpStatus">The status; 0 if none came.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="DurationMs">From the sending to the outcome.</param>
public readonly record struct AttemptRecord(
    int Number, UnixMs At, ushort HttpStatus, AttemptError Error, int DurationMs);
