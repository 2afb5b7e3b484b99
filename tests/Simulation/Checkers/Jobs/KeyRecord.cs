using TimeMachine.Simulation.Checkers.Linearizability;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>One job id: the model's row after all that was committed, and the system's part of its history.</summary>
/// <param name="group">The group.</param>
/// <param name="key">The job, as db/collection/id.</param>
public sealed class KeyRecord(GroupId group, string key)
{
    /// <summary>The group.</summary>
    public GroupId Group { get; } = group;

    /// <summary>The job, as db/collection/id.</summary>
    public string Key { get; } = key;

    /// <summary>The model's row.</summary>
    public JobRow Row { get; internal set; }

    /// <summary>How the log last said that it waits; null before.</summary>
    public (long DueMs, bool InBacklog)? Armed { get; internal set; }

    /// <summary>When the row last changed, by true time.</summary>
    public long ChangedUs { get; internal set; }

    /// <summary>Claims, outcomes, expiries: with the times of their first append and first apply.</summary>
    public List<TimedAction> System { get; } = [];
}
