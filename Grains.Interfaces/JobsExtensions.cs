namespace TimeMachine.Grains.Interfaces;

/// <summary>The way in for .NET services: <c>client.Jobs("shop", "timeouts").CreateAsync(…)</c>.</summary>
public static class JobsExtensions
{
    /// <summary>The jobs of a collection.</summary>
    /// <param name="grains">An Orleans client, or a silo's factory.</param>
    /// <param name="database">The database's name; it begins to be with its first route.</param>
    /// <param name="collection">The collection's name; it begins to be with its first job.</param>
    public static IJobsGrain Jobs(this IGrainFactory grains, string database, string collection)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IJobsGrain>(new CollectionName(database, collection).ToKey());
    }

    /// <summary>The routes of a database.</summary>
    public static IRoutesGrain Routes(this IGrainFactory grains, string database)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IRoutesGrain>(database);
    }

    /// <summary>The cluster.</summary>
    public static IClusterGrain Cluster(this IGrainFactory grains)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IClusterGrain>(0);
    }
}
