using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Hosting;

/// <summary>
/// Where the REST interface of the Api project joins the node: its services and its endpoints, behind
/// <c>TimeMachine:Api:Enabled</c>. It is not wired yet: neither method adds anything.
/// </summary>
internal static class RestFace
{
    /// <summary>Adds the services that the endpoints need.</summary>
    public static void AddServices(WebApplicationBuilder builder, ApiSettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
    }

    /// <summary>Maps the endpoints.</summary>
    public static void Map(WebApplication app, ApiSettings settings)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
    }
}
