using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <summary>What a scan reads.</summary>
public enum ScanKind : byte
{
    /// <summary>Jobs by due time, outside of the backlogs.</summary>
    Due = 1,

    /// <summary>The backlog of one route.</summary>
    Backlog = 2,
}

/// <summary>A read of a led group's applied state; answered by <see cref="TriggerEngine.OnScanned"/>.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">Names the request; never used twice by one engine.</param>
/// <param name="Kind">What to read.</param>
/// <param name="Route">The route of a backlog.</param>
/// <param name="From">Where to begin.</param>
/// <param name="ToExclusive">The due time to stop before; of due scans.</param>
/// <param name="RowsMax">The most rows to look at.</param>
public readonly record struct ScanRequest(
    GroupId Group,
    long Id,
    ScanKind Kind,
    RouteKey Route,
    DuePosition From,
    UnixMs ToExclusive,
    int RowsMax)
{
    /// <summary>Reads what is asked. Runs wherever the group's state may be read.</summary>
    /// <param name="reader">The group's applied state.</param>
    /// <param name="jobs">Takes the jobs found.</param>
    public ScanAnswer Run(IJobReader reader, List<DueJob> jobs)
    {
        if (Kind == ScanKind.Due)
        {
            var next = reader.ScanDue(From, ToExclusive, RowsMax, jobs);
            return new ScanAnswer(Group, Id, reader.Applied, jobs, next, next.Due >= ToExclusive);
        }

        var rest = reader.ScanBacklog(Route, From, RowsMax, jobs);
        return new ScanAnswer(Group, Id, reader.Applied, jobs, rest ?? default, rest is null);
    }
}

/// <summary>What a scan read.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The request's.</param>
/// <param name="AsOf">The applied index that it saw.</param>
/// <param name="Jobs">The waiting jobs, in due order; only read during the call.</param>
/// <param name="Next">Where to go on.</param>
/// <param name="IsComplete">Whether nothing is left in the range.</param>
public readonly record struct ScanAnswer(
    GroupId Group,
    long Id,
    LogIndex AsOf,
    IReadOnlyList<DueJob> Jobs,
    DuePosition Next,
    bool IsComplete);
