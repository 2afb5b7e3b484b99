using TimeMachine.Api;

namespace TimeMachine.Silo.Hosting;

/// <summary>Where the REST interface of Api joins the node, behind <c>TimeMachine:Api:Enabled</c>.</summary>
internal static class RestFace
{
    /// <summary>Adds the services that the endpoints need.</summary>
    public static void AddServices(IServiceCollection services, ApiOptions settings)
    {
        services.AddSingleton<IReadiness, NodeReadiness>();
        services.AddTimeMachineApi(settings);
    }

    /// <summary>Maps the endpoints: jobs, routes, cluster, health, Swagger.</summary>
    public static void Map(WebApplication app) => app.MapTimeMachine();
}
