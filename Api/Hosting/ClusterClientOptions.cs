using System.Data.Common;
using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using TimeMachine.Api.Tls;

namespace TimeMachine.Api.Hosting;

/// <summary>Which cluster the separate process serves, and how it finds the nodes.</summary>
internal sealed class ClusterClientOptions
{
    private const string ClusterIdKey = "TimeMachine:Cluster:Id";
    private const string ProviderKey = "TimeMachine:Sql:Provider";
    private const string ConnectionKey = "TimeMachine:Sql:ConnectionString";
    private const string GatewaysKey = "TimeMachine:Client:Gateways";
    private const string Sqlite = "sqlite";
    private const string PostgreSql = "postgresql";

    /// <summary>As the nodes have it.</summary>
    private const string ServiceId = "timemachine";

    private const string PlainHint =
        $"A node does so that stops, or that has {TlsSettings.Section}: then this process needs the three files too.";

    private const int BusySeconds = 5;
    private readonly string _clusterId;
    private readonly string _provider;
    private readonly string _connectionString;
    private readonly string[] _gateways;
    private readonly TlsSettings _tls = new();

    /// <summary>Reads what the nodes' own settings say, and the addresses of gateways for who has no SQL.</summary>
    /// <exception cref="InvalidOperationException">A setting is not known, or is of another kind.</exception>
    public ClusterClientOptions(IConfiguration configuration)
    {
        _clusterId = configuration[ClusterIdKey] ?? "time-machine";
        _provider = configuration[ProviderKey] ?? Sqlite;
        _connectionString = configuration[ConnectionKey] ?? "";
        _gateways = [.. configuration.GetSection(GatewaysKey).GetChildren().Select(gateway => gateway.Value ?? "")];
        configuration.GetSection(TlsSettings.Section)
            .Bind(_tls, binding => binding.ErrorOnUnknownConfiguration = true);
    }

    /// <summary>Says what keeps the process from starting, with the name of the setting to change.</summary>
    /// <returns>Null if nothing does. No part of the connection string is in the text.</returns>
    public string? FindProblem()
    {
        if (_clusterId.Length == 0)
        {
            return $"{ClusterIdKey} is empty: give the name that the nodes have.";
        }

        if (_tls.FindProblems().ToList() is { Count: > 0 } problems)
        {
            return string.Join('\n', problems);
        }

        if (_gateways.Length > 0)
        {
            return FindBadGateway() ?? FindOpenGateway();
        }

        if (_provider is not (Sqlite or PostgreSql))
        {
            return $"{ProviderKey} '{_provider}' is refused. Allowed: {Sqlite}, {PostgreSql}.";
        }

        if (_connectionString.Length == 0)
        {
            return $"{ConnectionKey} is empty: give the one of the nodes, or the gateways of some in {GatewaysKey}.";
        }

        try
        {
            return Connection() is NpgsqlConnectionStringBuilder { Host.Length: > 0 }
                or SqliteConnectionStringBuilder { DataSource.Length: > 0 } ? null : RefusedConnection();
        }
        catch (Exception found) when (found is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The reason may quote the text, and with it a password.
            return RefusedConnection();
        }
    }

    /// <summary>Makes an Orleans client of it. It looks for the cluster until it finds it.</summary>
    /// <exception cref="InvalidDataException">A file of TLS is not what it should be.</exception>
    public void Apply(IClientBuilder client)
    {
        AddLinks(client.Services);
        client.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = _clusterId;
            cluster.ServiceId = ServiceId;
        });
        client.UseConnectionRetryFilter<ClusterSearch>();
        if (_gateways.Length > 0)
        {
            client.UseStaticClustering([.. _gateways.Select(IPEndPoint.Parse)]);
            return;
        }

        client.UseAdoNetClustering(sql =>
        {
            // The provider's name for SQLite is that of another package than it loads.
            sql.Invariant = _provider == Sqlite ? "System.Data.SQLite" : "Npgsql";
            sql.ConnectionString = Connection().ConnectionString;
        });
    }

    private string? FindBadGateway()
    {
        var bad = _gateways.FirstOrDefault(one => !IPEndPoint.TryParse(one, out var read) || read.Port == 0);
        return bad is null ? null : $"{GatewaysKey} has '{bad}'. Allowed: an IP address with a port.";
    }

    /// <summary>The nodes' own rule for their ports: off loopback it takes TLS, or somebody's word.</summary>
    private string? FindOpenGateway()
    {
        var open = _gateways.FirstOrDefault(one => !IPAddress.IsLoopback(IPEndPoint.Parse(one).Address));
        return open is null || _tls.HasFiles() || _tls.AllowPlain
            ? null
            : $"{GatewaysKey} has '{open}', off loopback: that needs the three files of {TlsSettings.Section}, or "
                + $"{TlsSettings.Section}:{nameof(TlsSettings.AllowPlain)}=true where nobody else can reach it.";
    }

    /// <summary>Puts TLS on the connections to the nodes, or at least says which of them a node has refused.</summary>
    private void AddLinks(IServiceCollection services)
    {
        var tls = _tls.HasFiles() ? MutualTls.Load(_tls) : null;
        services.AddOptions<ClientConnectionOptions>().Configure<ILoggerFactory, TimeProvider>(
            (connections, logs, clock) =>
            {
                var refused = new RefusedLinks(logs.CreateLogger<RefusedLinks>(), clock);
                connections.ConfigureConnection(pipe => pipe.Use(next => tls is null
                    ? link => FirstWord.WatchAsync(link, next, () => refused.TellSilence(link, PlainHint))
                    : link => tls.AsClientAsync(link, next, refused)));
            });
    }

    private string RefusedConnection() =>
        $"{ConnectionKey} is refused. Allowed: a connection string for {_provider}, with the place of the database.";

    /// <summary>As the nodes reach the database; but a file that is not there is not made here.</summary>
    private DbConnectionStringBuilder Connection() => _provider == PostgreSql
        ? new NpgsqlConnectionStringBuilder(_connectionString)
        : new SqliteConnectionStringBuilder(_connectionString)
        {
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        };
}
