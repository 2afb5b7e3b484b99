namespace TimeMachine.Grains.Interfaces;

/// <summary>The routes of one database; see <see cref="JobsExtensions.Routes"/>.</summary>
[Alias("timemachine.routes")]
public interface IRoutesGrain : IGrainWithStringKey
{
    /// <summary>Creates a route. The same again answers with the route as it is.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("create")]
    public Task<RouteReply> CreateAsync(RouteSpec route, RequestOptions? options = null);

    /// <summary>Creates or replaces a route.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("put")]
    public Task<RouteReply> PutAsync(RouteSpec route, RequestOptions? options = null);

    /// <summary>Reads a route, as of the newest acknowledged change. Secrets are never shown.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("get")]
    public Task<RouteReply> GetAsync(string id);

    /// <summary>Reads all routes of the database, ordered by id.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("list")]
    public Task<RoutePage> ListAsync();

    /// <summary>Deletes a route.</summary>
    /// <param name="id">The route.</param>
    /// <param name="force">Whether unfinished jobs do not stop the delete; then each is dead when it is due.</param>
    /// <param name="options">What to know besides.</param>
    [ResponseTimeout("00:00:25")]
    [Alias("delete")]
    public Task<RouteReply> DeleteAsync(string id, bool force = false, RequestOptions? options = null);

    /// <summary>Nothing more is claimed for the route when this returns.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("pause")]
    public Task<RouteReply> PauseAsync(string id, RequestOptions? options = null);

    /// <summary>Ends a pause.</summary>
    [ResponseTimeout("00:00:10")]
    [Alias("resume")]
    public Task<RouteReply> ResumeAsync(string id, RequestOptions? options = null);
}
