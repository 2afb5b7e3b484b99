using TimeMachine.Core.Jobs;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>Deletes of routes: fences count right and hold, and a delete without force leaves no job behind.</summary>
public sealed partial class JobChecker
{
    private readonly Dictionary<(GroupId Group, string Route), CommandNumber> _fences = [];
    private LogIndex _writingIndex;

    /// <summary>A delete of a route was acknowledged.</summary>
    /// <param name="route">The route, as db/id.</param>
    /// <param name="isForced">Whether unfinished jobs did not stop it.</param>
    public void RouteDeleted(string route, bool isForced)
    {
        foreach (var key in _keys.Values)
        {
            // A redrive names no route: what it wakes up behind the fence ends dead again.
            var isUnfinished = TryGetUnfinished(key, route, out var version) && !version.IsOfAnyLife;
            if (isUnfinished && !isForced)
            {
                _violations.Add("route-deleted-in-use", $"{route} is deleted, and {version} is {key.Row.Status}");
            }
        }
    }

    /// <summary>A fence was applied: it counts what the model counts.</summary>
    private void RouteFenced(GroupId group, string route, CommandNumber revision, long unfinishedCount)
    {
        var expected = _keys.Values.Count(key => key.Group == group && TryGetUnfinished(key, route, out _));
        if (expected != unfinishedCount)
        {
            _violations.Add("fence-count", $"group {group} counts {unfinishedCount} unfinished jobs of {route}, "
                + $"there are {expected}");
        }

        var known = _fences.GetValueOrDefault((group, route));
        _fences[(group, route)] = revision > known ? revision : known;
    }

    private void CheckFence(GroupId group, JobCommand command, in JobAnswer answer)
    {
        var isWrite = command.Kind is JobCommandKind.Create or JobCommandKind.Upsert;
        if (!isWrite || command.RouteRevision > _fences.GetValueOrDefault((group, command.Route.ToString())))
        {
            return;
        }

        // The repeat of an older request, or of a create that is there already, writes nothing.
        var isWritten = answer.IsOk && answer.Version.Index == _writingIndex;
        _reach.Hit(Reach.CreateFenced, answer.Code == ErrorCode.RouteDeleted ? 1 : 0);
        if (isWritten)
        {
            _violations.Add("fence", $"{command.Key} was written for {command.Route} by revision "
                + $"{command.RouteRevision}, which is fenced");
        }
    }

    /// <summary>The claim of a job whose route is deleted, while another has its name, ends the job.</summary>
    private void EndForRoute(KeyRecord key, ClaimFact fact)
    {
        _reach.Hit(Reach.RouteReborn);
        Step(key, ActionOf(fact) with { Kind = JobActionKind.RouteGone, TookEffect = true });
        if (_claims.TryGetValue((fact.Group, fact.Supersedes), out var old))
        {
            old.IsSuperseded = true;
            Closed(old);
        }

        RouteGone(fact.Group, fact.Version);
    }

    private void RouteGone(GroupId group, CommandNumber number)
    {
        _reach.Hit(Reach.RouteGone);
        if (!_versions.TryGetValue((group, number), out var version))
        {
            return;
        }

        version.IsRouteGone = true;
        if (!_routes.MayBeGone(version.Route))
        {
            _violations.Add("route-gone", $"{version} is given up, but {version.Route} was never deleted");
        }
    }

    private bool TryGetUnfinished(KeyRecord key, string route, out VersionRecord version)
    {
        var isUnfinished = key.Row.Status is JobStatus.Scheduled or JobStatus.Retrying or JobStatus.Claimed;
        return _versions.TryGetValue((key.Group, key.Row.Version), out version!) && isUnfinished
            && version.Route == route;
    }
}
