using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Tests.Fakes;

/// <summary>The routes of one database, in memory.</summary>
internal sealed class FakeRoutes(FakeCluster cluster, string database) : IRoutesGrain
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (Route Route, RouteSpec Spec)> _routes = new(StringComparer.Ordinal);

    public bool Has(string id)
    {
        lock (_lock)
        {
            return _routes.ContainsKey(id);
        }
    }

    /// <summary>What was asked for last, its secrets included.</summary>
    public RouteSpec SpecOf(string id)
    {
        lock (_lock)
        {
            return _routes[id].Spec;
        }
    }

    public Task<RouteReply> CreateAsync(RouteSpec route, RequestOptions? options = null) => Do(() =>
        !_routes.TryGetValue(route.Id, out var there) ? Write(route)
        : (there.Spec with { Secrets = [] }) == (route with { Secrets = [] }) ? Reply(there.Route)
        : Refused(ErrorCodes.RouteExists, there.Route));

    public Task<RouteReply> PutAsync(RouteSpec route, RequestOptions? options = null) => Do(() =>
    {
        _routes.TryGetValue(route.Id, out var there);
        return Check(there.Route, options) ?? Write(route);
    });

    public Task<RouteReply> GetAsync(string id) => Do(() =>
        _routes.TryGetValue(id, out var there)
            ? Reply(there.Route) with { Route = there.Route }
            : Refused(ErrorCodes.RouteNotFound));

    public Task<RoutePage> ListAsync()
    {
        cluster.ThrowFault();
        lock (_lock)
        {
            return Task.FromResult(new RoutePage { Routes = [.. _routes.Values.Select(entry => entry.Route)] });
        }
    }

    public Task<RouteReply> DeleteAsync(string id, bool force = false, RequestOptions? options = null) => Do(() =>
    {
        if (!_routes.TryGetValue(id, out var there))
        {
            return Refused(ErrorCodes.RouteNotFound);
        }

        var unfinished = cluster.CollectionsOf(database).SelectMany(jobs => jobs.All)
            .Count(job => job.Route == id && job.State is JobStatus.Scheduled or JobStatus.Retrying);
        if (unfinished > 0 && !force)
        {
            var inUse = FakeRefusal.With(FakeRefusal.Of(ErrorCodes.RouteInUse, there.Route), "unfinished", unfinished);
            return new RouteReply { Error = inUse, UnfinishedCount = unfinished };
        }

        return Check(there.Route, options) ?? Remove(there.Route);
    });

    public Task<RouteReply> PauseAsync(string id, RequestOptions? options = null) => SetPaused(id, true);

    public Task<RouteReply> ResumeAsync(string id, RequestOptions? options = null) => SetPaused(id, false);

    private Task<RouteReply> SetPaused(string id, bool isPaused) => Do(() =>
        _routes.TryGetValue(id, out var there)
            ? Write(there.Spec with { IsPaused = isPaused })
            : Refused(ErrorCodes.RouteNotFound));

    private Task<RouteReply> Do(Func<RouteReply> change)
    {
        cluster.ThrowFault();
        lock (_lock)
        {
            return Task.FromResult(change());
        }
    }

    private RouteReply Remove(Route route)
    {
        _routes.Remove(route.Id);
        return Reply(route);
    }

    private RouteReply Write(RouteSpec spec)
    {
        var isNew = !_routes.ContainsKey(spec.Id);
        var route = new Route
        {
            Database = database,
            Id = spec.Id,
            WebhookUrl = spec.WebhookUrl,
            Mode = spec.Mode ?? Delivery.AtLeastOnce,
            TimeoutMs = spec.TimeoutMs ?? 10_000,
            AttemptsMax = spec.AttemptsMax ?? 10,
            BackoffInitialMs = spec.BackoffInitialMs
                ?? Math.Min(Limits.BackoffInitialMsDefault, spec.BackoffMaxMs ?? Limits.BackoffMaxMsDefault),
            BackoffMaxMs = spec.BackoffMaxMs ?? Limits.BackoffMaxMsDefault,
            Concurrency = spec.Concurrency,
            RatePerSecond = spec.RatePerSecond,
            IsPaused = spec.IsPaused ?? false,
            SecretCount = spec.Secrets.Length,
            Version = cluster.NextIndex() * 65_536,
        };
        _routes[spec.Id] = (route, spec);
        return Reply(route) with { IsNew = isNew };
    }

    private static RouteReply? Check(Route? there, RequestOptions? options)
    {
        var isOther = options?.IfVersion is { } version && there?.Version != version;
        return isOther || (options?.IfAbsent == true && there is not null)
            ? Refused(ErrorCodes.VersionMismatch, there)
            : null;
    }

    private static RouteReply Reply(Route route) => new() { Id = route.Id, Version = route.Version };

    private static RouteReply Refused(string code, Route? there = null) =>
        new() { Error = there is null ? FakeRefusal.Of(code) : FakeRefusal.Of(code, there) };
}
