using System.IO.Hashing;
using Orleans.Concurrency;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;
using TimeMachine.Core.SystemGroup;
using TimeMachine.Grains.Delivery;
using TimeMachine.Grains.Interfaces;
using TimeMachine.Grains.Interfaces.Validation;
using TimeMachine.Grains.Routing;
using CoreRoute = TimeMachine.Core.Routes.Route;
using Route = TimeMachine.Grains.Interfaces.Route;

namespace TimeMachine.Grains.Front;

/// <summary>The routes of one database: checks, and asks the system group.</summary>
/// <param name="desk">The way to the system group.</param>
/// <param name="webhooks">Where webhooks may go.</param>
[StatelessWorker]
[Reentrant]
internal sealed class RoutesGrain(SystemDesk desk, WebhookOptions webhooks) : Grain, IRoutesGrain
{
    private string _database = "";

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _database = this.GetPrimaryKeyString();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<RouteReply> CreateAsync(RouteSpec route, RequestOptions? options = null)
    {
        var absent = (options ?? new RequestOptions()) with { IfAbsent = true, IfVersion = null };
        var reply = await WriteAsync(route, absent);
        return reply.Error?.Code == ErrorCodes.VersionMismatch
            ? reply with
            {
                Error = reply.Error with
                {
                    Code = ErrorCodes.RouteExists,
                    Message = "The route is there with other content.",
                },
            }
            : reply;
    }

    /// <inheritdoc/>
    public Task<RouteReply> PutAsync(RouteSpec route, RequestOptions? options = null) => WriteAsync(route, options);

    /// <inheritdoc/>
    public async Task<RouteReply> GetAsync(string id)
    {
        if (NameErrorOf(id) is { } error)
        {
            return new RouteReply { Error = error, Id = id ?? "" };
        }

        if (await desk.RoutesAsync() is not { } routes)
        {
            return new RouteReply { Error = Replies.ErrorOf(ErrorCode.Unavailable), Id = id };
        }

        return routes.TryGet(RouteKey.Of(_database, id), out var route)
            ? new RouteReply { Id = id, Version = route.Revision.Value, Route = RouteOf(route) }
            : new RouteReply { Error = Replies.ErrorOf(ErrorCode.RouteNotFound), Id = id };
    }

    /// <inheritdoc/>
    public async Task<RoutePage> ListAsync()
    {
        if (NameRules.Check("db", _database) is { } error)
        {
            return new RoutePage { Error = error };
        }

        return await desk.RoutesAsync() is { } routes
            ? new RoutePage { Routes = [.. routes.List().Where(IsHere).Select(RouteOf)] }
            : new RoutePage { Error = Replies.ErrorOf(ErrorCode.Unavailable) };
    }

    /// <inheritdoc/>
    public async Task<RouteReply> DeleteAsync(string id, bool force = false, RequestOptions? options = null)
    {
        var mayAsk = NameErrorOf(id) is null && RequestRules.Check(options) is null;
        var refusal = mayAsk && !force ? await RefusalIfUsedAsync(id, options) : null;
        return refusal ?? await ActAsync(SystemCommandKind.MarkRouteDeleting, id, options, force);
    }

    /// <inheritdoc/>
    public Task<RouteReply> PauseAsync(string id, RequestOptions? options = null) =>
        ActAsync(SystemCommandKind.PauseRoute, id, options);

    /// <inheritdoc/>
    public Task<RouteReply> ResumeAsync(string id, RequestOptions? options = null) =>
        ActAsync(SystemCommandKind.ResumeRoute, id, options);

    /// <summary>A route with unfinished jobs is not marked at all: the mark would refuse creates until it is taken
    /// back. Whether there are none is decided behind the mark.</summary>
    private async Task<RouteReply?> RefusalIfUsedAsync(string id, RequestOptions? options)
    {
        var key = RouteKey.Of(_database, id);
        if (await desk.RoutesAsync() is not { } routes || !routes.TryGet(key, out var route) || route.IsDeleting)
        {
            return null;
        }

        var revision = route.Revision.Value;
        var isMeant = options is not { IfAbsent: true } && (options?.IfVersion ?? revision) == revision;
        var count = isMeant ? await desk.UnfinishedAsync(key) : 0;
        if (count == 0)
        {
            return null;
        }

        var answer = new JobAnswer(ErrorCode.RouteInUse, route.Revision) { UnfinishedCount = count };
        return new RouteReply
        {
            Error = Replies.ErrorOf(answer),
            Id = id,
            Version = revision,
            UnfinishedCount = count,
        };
    }

    private async Task<RouteReply> WriteAsync(RouteSpec? spec, RequestOptions? options)
    {
        var error = NameRules.Check("db", _database) ?? RequestRules.Check(options) ?? RouteRules.Check(spec)
            ?? WebhookTarget.Check(spec!.WebhookUrl, webhooks.AllowLoopback, out _);
        if (error is not null)
        {
            return new RouteReply { Error = error, Id = spec?.Id ?? "" };
        }

        var key = RouteKey.Of(_database, spec!.Id);
        var route = RouteOf(key, spec);
        return await AskAsync(spec.Id, new SystemCommand
        {
            Kind = SystemCommandKind.PutRoute,
            RequestId = RequestIdOf("put", spec.Id, options, HashOf(route)),
            Key = key,
            Route = route,
            IfMatch = Identified.IfMatchOf(options),
        });
    }

    private async Task<RouteReply> ActAsync(
        SystemCommandKind kind, string id, RequestOptions? options, bool force = false)
    {
        var error = NameErrorOf(id) ?? RequestRules.Check(options);
        if (error is not null)
        {
            return new RouteReply { Error = error, Id = id ?? "" };
        }

        return await AskAsync(id, new SystemCommand
        {
            Kind = kind,
            RequestId = RequestIdOf(kind.ToString(), id, options, force ? 1U : 0U),
            Key = RouteKey.Of(_database, id),
            IfMatch = Identified.IfMatchOf(options),
            IsForced = force,
        });
    }

    private async Task<RouteReply> AskAsync(string id, SystemCommand command)
    {
        var answer = await desk.AskAsync(command);
        return new RouteReply
        {
            Error = Replies.ErrorOf(answer),
            Id = id,
            Version = answer.Version.Value,
            IsNew = answer.IsNew,
            UnfinishedCount = answer.UnfinishedCount,
        };
    }

    private ErrorReply? NameErrorOf(string? id) => NameRules.Check("db", _database) ?? NameRules.Check("id", id);

    private bool IsHere(CoreRoute route) => route.Key.Database == _database;

    private RequestId RequestIdOf(string verb, string id, RequestOptions? options, ulong content) =>
        Identified.RequestIdOf(options, content, 0, "route", verb, _database, id);

    private static ulong HashOf(CoreRoute route)
    {
        var writer = new ByteWriter();
        RouteCodec.Write(writer, route);
        return XxHash64.HashToUInt64(writer.Written);
    }

    private static CoreRoute RouteOf(RouteKey key, RouteSpec spec)
    {
        var defaults = new CoreRoute { Key = key, WebhookUrl = spec.WebhookUrl };
        var backoffMaxMs = spec.BackoffMaxMs ?? defaults.BackoffMaxMs;
        return defaults with
        {
            Mode = spec.Mode is { } mode ? (DeliveryMode)mode : defaults.Mode,
            TimeoutMs = spec.TimeoutMs ?? defaults.TimeoutMs,
            AttemptsMax = spec.AttemptsMax ?? defaults.AttemptsMax,
            BackoffInitialMs = spec.BackoffInitialMs ?? Math.Min(defaults.BackoffInitialMs, backoffMaxMs),
            BackoffMaxMs = backoffMaxMs,
            Concurrency = spec.Concurrency ?? 0,
            RatePerSecond = spec.RatePerSecond ?? 0,
            IsPaused = spec.IsPaused ?? false,
            Secrets = spec.Secrets.IsDefaultOrEmpty
                ? []
                : [.. spec.Secrets.Select(secret => (ReadOnlyMemory<byte>)SecretRules.Decode(secret)!)],
        };
    }

    private static Route RouteOf(CoreRoute route) => new()
    {
        Database = route.Key.Database,
        Id = route.Key.Id,
        WebhookUrl = route.WebhookUrl,
        Mode = (Interfaces.Delivery)route.Mode,
        TimeoutMs = route.TimeoutMs,
        AttemptsMax = route.AttemptsMax,
        BackoffInitialMs = route.BackoffInitialMs,
        BackoffMaxMs = route.BackoffMaxMs,
        Concurrency = route.Concurrency > 0 ? route.Concurrency : null,
        RatePerSecond = route.RatePerSecond > 0 ? route.RatePerSecond : null,
        IsPaused = route.IsPaused,
        IsDeleting = route.IsDeleting,
        SecretCount = route.Secrets.Count,
        Version = route.Revision.Value,
    };
}
