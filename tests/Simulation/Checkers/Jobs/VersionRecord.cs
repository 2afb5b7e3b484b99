namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>All that is known of one version of one job.</summary>
public sealed class VersionRecord
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The version.</summary>
    public required CommandNumber Version { get; init; }

    /// <summary>The job, as db/collection/id.</summary>
    public required string Key { get; init; }

    /// <summary>Nothing of it may be sent before, in milliseconds since 1970.</summary>
    public required long TriggerMs { get; init; }

    /// <summary>Until when it may be sent, in milliseconds since 1970; 0 for ever.</summary>
    public long ExpiresAtMs { get; init; }

    /// <summary>The route, as db/id.</summary>
    public required string Route { get; init; }

    /// <summary>The route's revision known when it was accepted.</summary>
    public CommandNumber RouteRevision { get; init; }

    /// <summary>The claims that took effect, oldest first.</summary>
    public List<ClaimRecord> Claims { get; } = [];

    /// <summary>When the next attempt is due, in milliseconds since 1970.</summary>
    public long DueMs { get; internal set; }

    /// <summary>The requests that were written for it.</summary>
    public int SendCount { get; internal set; }

    /// <summary>Whether a cancel of it answered won.</summary>
    public bool IsCancelWon { get; internal set; }

    /// <summary>The command number of the first delete that answered stopped, or none.</summary>
    public CommandNumber StoppedAt { get; internal set; }

    /// <summary>The command number of the last redrive, or none.</summary>
    public CommandNumber RedrivenAt { get; internal set; }

    /// <summary>Whether it goes to whatever has its route's name: it was redriven, or is the run of one that was.
    /// </summary>
    public bool IsOfAnyLife { get; internal set; }

    /// <summary>Whether it was given up because its route is gone.</summary>
    public bool IsRouteGone { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"job {Key} version {Version} of group {Group}";
}
