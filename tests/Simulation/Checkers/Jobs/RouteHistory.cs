namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>What each route's settings were and when, as its admin saw them.</summary>
public sealed class RouteHistory
{
    private readonly Dictionary<string, List<Revision>> _routes = [];
    private readonly Dictionary<string, (CommandNumber Revision, long ConfirmedUs)> _pauses = [];
    private readonly Dictionary<string, (CommandNumber Revision, long ConfirmedUs)> _changes = [];
    private readonly HashSet<string> _deleted = [];
    private readonly HashSet<string> _everDeleted = [];
    private readonly Dictionary<string, List<CommandNumber>> _deletes = [];

    /// <summary>All routes.</summary>
    public IEnumerable<string> Routes => _routes.Keys;

    /// <summary>A put was sent: from now on its limits may be in force.</summary>
    /// <returns>A handle for <see cref="PutAnswered"/>.</returns>
    public int PutInvoked(string route, int concurrency, int ratePerSecond, long nowUs)
    {
        var revisions = RevisionsOf(route);
        revisions.Add(new Revision(concurrency, ratePerSecond, nowUs, long.MaxValue));
        return revisions.Count - 1;
    }

    /// <summary>A put was acknowledged with its revision: all earlier ones end, stale nodes aside.</summary>
    public void PutAnswered(string route, int put, CommandNumber revision, long nowUs)
    {
        _changes[route] = (revision, nowUs);
        var revisions = RevisionsOf(route);
        for (var i = 0; i < put; i++)
        {
            revisions[i] = revisions[i] with { UntilUs = Math.Min(revisions[i].UntilUs, nowUs) };
        }
    }

    /// <summary>A pause was acknowledged with its revision.</summary>
    public void PauseAnswered(string route, CommandNumber revision, long nowUs) => _pauses[route] = (revision, nowUs);

    /// <summary>A delete was sent: from now on the route may be gone for a while, at some node at least.</summary>
    public void DeleteInvoked(string route) => _everDeleted.Add(route);

    /// <summary>Whether a delete of a route was ever sent.</summary>
    public bool MayBeGone(string route) => _everDeleted.Contains(route);

    /// <summary>A delete was acknowledged with its revision: from now on nothing is claimed for the route.</summary>
    public void DeleteAnswered(string route, CommandNumber revision, long nowUs)
    {
        _pauses[route] = (revision, nowUs);
        _deleted.Add(route);
        if (!_deletes.TryGetValue(route, out var deletes))
        {
            _deletes[route] = deletes = [];
        }

        deletes.Add(revision);
    }

    /// <summary>Whether an acknowledged delete lies between two revisions of a route: they are two lives.</summary>
    public bool WasDeletedBetween(string route, CommandNumber older, CommandNumber newer) =>
        _deletes.TryGetValue(route, out var deletes)
        && deletes.Exists(deleted => older <= deleted && deleted < newer);

    /// <summary>Whether a claim, admitted by a revision and appended at a time, breaks a confirmed pause.</summary>
    public bool IsPausedFor(string route, CommandNumber revision, long appendedUs) =>
        _pauses.TryGetValue(route, out var pause)
        && (revision == pause.Revision || (revision < pause.Revision && appendedUs > pause.ConfirmedUs));

    /// <summary>Whether a claim, admitted by a revision and appended at a time, comes of an older one than the last put
    /// that was acknowledged by then.</summary>
    public bool IsStale(string route, CommandNumber revision, long appendedUs) =>
        _changes.TryGetValue(route, out var change)
        && revision < change.Revision && appendedUs > change.ConfirmedUs;

    /// <summary>
    /// Whether the last pause of a route was acknowledged and not lifted by a later revision. The jobs of a deleted
    /// route wait for nothing.
    /// </summary>
    public bool IsPaused(string route) => _pauses.ContainsKey(route) && !_deleted.Contains(route);

    /// <summary>A resume, put or other change after a pause or delete was sent: it may be in force.</summary>
    public void PauseLifted(string route)
    {
        _pauses.Remove(route);
        _deleted.Remove(route);
    }

    /// <summary>The highest concurrency that may be in force; false: none, or perhaps none.</summary>
    public bool TryGetConcurrency(string route, long nowUs, long staleMs, out int limit) =>
        TryGetMax(route, nowUs, staleMs, revision => revision.Concurrency, out limit);

    /// <summary>The highest rate that may be in force; false: none, or perhaps none.</summary>
    public bool TryGetRate(string route, long nowUs, long staleMs, out int limit) =>
        TryGetMax(route, nowUs, staleMs, revision => revision.RatePerSecond, out limit);

    private bool TryGetMax(string route, long nowUs, long staleMs, Func<Revision, int> of, out int limit)
    {
        limit = 0;
        if (!_routes.TryGetValue(route, out var revisions))
        {
            return false;
        }

        foreach (var revision in revisions)
        {
            var isInForce = revision.UntilUs == long.MaxValue || revision.UntilUs + (staleMs * 1_000) >= nowUs;
            if (!isInForce)
            {
                continue;
            }

            if (of(revision) == 0)
            {
                return false;
            }

            limit = Math.Max(limit, of(revision));
        }

        return limit > 0;
    }

    private List<Revision> RevisionsOf(string route)
    {
        if (!_routes.TryGetValue(route, out var revisions))
        {
            _routes[route] = revisions = [];
        }

        return revisions;
    }

    private readonly record struct Revision(int Concurrency, int RatePerSecond, long FromUs, long UntilUs);
}
