using System.Net;
using Orleans.Configuration;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Hosting;

/// <summary>How Orleans is set up in a node.</summary>
internal static class OrleansSetup
{
    /// <summary>The same in every cluster: it is the first part of each grain's key in SQL.</summary>
    public const string ServiceId = "timemachine";

    /// <summary>The name of the grain storage of plan and settings.</summary>
    public const string ControlStorage = "control";

    // Orleans makes room for all of it at the start: its default, a million, takes 19 MB. What is looked up here are
    // other nodes' vnodes and a grain a collection; one that is forgotten is found again by its key.
    private const int DirectoryCacheSize = 16_384;

    // Nothing is placed by load: nodes' grains are pinned, the others are stateless.
    private static readonly TimeSpan LoadPublishEvery = TimeSpan.FromMinutes(1);

    /// <summary>Adds the silo of a node.</summary>
    public static void Add(ISiloBuilder silo, SiloSettings settings, SqlDatabase sql)
    {
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = settings.Cluster.Id;
            cluster.ServiceId = ServiceId;
        });
        silo.Configure<SiloOptions>(options => options.SiloName = settings.Node.Name);
        silo.ConfigureEndpoints(
            IPAddress.Parse(settings.Listen.SiloAddress), settings.Listen.SiloPort, settings.Listen.GatewayPort);
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = sql.Invariant;
            options.ConnectionString = sql.ConnectionString;
        });
        silo.AddAdoNetGrainStorage(ControlStorage, options =>
        {
            options.Invariant = sql.Invariant;
            options.ConnectionString = sql.ConnectionString;
        });
        silo.Configure<ClusterMembershipOptions>(SetMembership);
        silo.Configure<SiloMessagingOptions>(SetMessaging);
        silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = DirectoryCacheSize);
        silo.Configure<DeploymentLoadPublisherOptions>(
            load => load.DeploymentLoadPublisherRefreshTime = LoadPublishEvery);
        if (settings.Tls.HasFiles())
        {
            NodeTls.Add(silo.Services, settings.Tls);
        }

        if (Telemetry.IsOn)
        {
            silo.AddActivityPropagation();
        }
    }

    // A killed node counts as dead after about 2 s, a hung one after about 3 s. Without the upper bound of the probes a
    // hung one would be kept for four times as long. Three missed signs of life in the table let a lone node start
    // after a crash of all.
    private static void SetMembership(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(1);
        options.MinProbeTimeout = TimeSpan.FromMilliseconds(500);
        options.MaxProbeTimeout = TimeSpan.FromSeconds(1);
        options.NumMissedProbesLimit = 3;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        options.NumMissedTableIAmAliveLimit = 3;
        options.DefunctSiloExpiration = TimeSpan.FromHours(1);
    }

    // A placement that failed says which node is down; trying it again only delays the answer.
    private static void SetMessaging(SiloMessagingOptions options)
    {
        options.ResponseTimeout = TimeSpan.FromSeconds(5);
        options.PlacementMaxRetries = 0;
    }
}
