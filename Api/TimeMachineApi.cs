using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Swashbuckle.AspNetCore.Swagger;
using TimeMachine.Api.Access;
using TimeMachine.Api.Documents;
using TimeMachine.Api.Hosting;
using TimeMachine.Api.Http;
using TimeMachine.Api.Operations;

namespace TimeMachine.Api;

/// <summary>The REST interface, for a web application that has an <see cref="IGrainFactory"/>.</summary>
public static class TimeMachineApi
{
    /// <summary>Three names of 256 code points, percent-encoded, with a query behind them.</summary>
    private const int RequestLineBytesMax = 32 * 1024;

    private const int HeaderBytesMax = 64 * 1024;

    /// <summary>Kestrel's own switch: a line of a request's head ends with CR LF, never with LF alone.</summary>
    private const string StrictLines = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    /// <summary>Adds what the REST interface needs. An <see cref="IReadiness"/> that is there already is kept.
    /// </summary>
    /// <param name="services">The application's services; one of them is, or will be, an <see cref="IGrainFactory"/>.
    /// </param>
    /// <param name="options">The settings. Whether they fit the addresses, <see cref="ApiOptions.FindProblem"/> says;
    /// what does not come from this machine is refused in any case where there are no keys.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static IServiceCollection AddTimeMachineApi(this IServiceCollection services, ApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (options.FindOwnProblem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        AppContext.SetSwitch(StrictLines, isEnabled: true);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
        });
        services.AddRouting();
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IReadiness, ClusterReadiness>();
        services.TryAddSingleton<ApiServices>();
        services.TryAddSingleton(new KeyRing(options));
        services.TryAddSingleton(new BodyBudget(options.BodiesBytesMax));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, FramingGuard>());
        services.TryAddSingleton<ApiMeter>();
        services.TryAddSingleton<Dispatcher>();
        services.TryAddSingleton<ApiDocument>();
        services.TryAddSingleton<ISwaggerProvider>(provider => provider.GetRequiredService<ApiDocument>());
        services.TryAddSingleton<IAsyncSwaggerProvider>(provider => provider.GetRequiredService<ApiDocument>());
        return services;
    }

    /// <summary>Maps the REST interface to every path that has no other endpoint, and Swagger to /swagger.</summary>
    public static IEndpointRouteBuilder MapTimeMachine(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapSwagger("/swagger/{documentName}/swagger.json");
        endpoints.MapSwaggerUI("swagger", ui =>
        {
            ui.DocumentTitle = "Time Machine DB";
            ui.SwaggerEndpoint($"{ApiDocument.Name}/swagger.json", "Time Machine DB");
        });
        var dispatcher = endpoints.ServiceProvider.GetRequiredService<Dispatcher>();
        endpoints.Map("/{**path}", dispatcher.HandleAsync);
        return endpoints;
    }
}
