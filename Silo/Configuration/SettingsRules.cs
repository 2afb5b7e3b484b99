using System.Data.Common;
using System.Net;
using Microsoft.Data.Sqlite;
using Npgsql;
using TimeMachine.Api;
using TimeMachine.Api.Tls;
using TimeMachine.Grains.Cluster;

namespace TimeMachine.Silo.Configuration;

/// <summary>Checks what sections must be to each other.</summary>
internal static class SettingsRules
{
    /// <summary>What is wrong.</summary>
    public static IEnumerable<string> ProblemsOf(SiloSettings settings) =>
    [
        .. RestProblems(settings),
        .. SiloProblems(settings),
        .. PortProblems(settings.Listen),
        .. settings.Tls.FindProblems(),
        .. KeyProblems(settings.Api),
        .. DirectoryProblems(settings.Node),
        .. SqlProblems(settings.Sql, settings.Node),
    ];

    // Without the REST interface the port serves health and metrics alone, which hold nothing of the users'.
    private static IEnumerable<string> RestProblems(SiloSettings settings)
    {
        const string Key = ListenSettings.Section + ":" + nameof(ListenSettings.Address);
        if (!IPAddress.TryParse(settings.Listen.Address, out var address))
        {
            return [$"{Key} '{settings.Listen.Address}' is refused. Allowed: an IP address."];
        }

        if (!settings.Api.Enabled)
        {
            return [];
        }

        var host = address.ToString().Contains(':', StringComparison.Ordinal) ? $"[{address}]" : $"{address}";
        return settings.Api.FindProblem([$"http://{host}:{settings.Listen.RestPort}"]) is { } problem
            ? [$"{Key} is {address}: {problem}"]
            : [];
    }

    private static IEnumerable<string> SiloProblems(SiloSettings settings)
    {
        const string Key = ListenSettings.Section + ":" + nameof(ListenSettings.SiloAddress);
        if (!IPAddress.TryParse(settings.Listen.SiloAddress, out var address) || IsAny(address))
        {
            return
            [
                $"{Key} '{settings.Listen.SiloAddress}' is refused. Allowed: the IP address that other nodes connect "
                    + "to.",
            ];
        }

        return IPAddress.IsLoopback(address) || settings.Tls.HasFiles() || settings.Tls.AllowPlain
            ? []
            :
            [
                $"{Key} is {address}, off loopback: that needs the three files of {TlsSettings.Section}, or "
                    + $"{TlsSettings.Section}:{nameof(TlsSettings.AllowPlain)}=true where nobody else can reach it.",
            ];
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IEnumerable<string> PortProblems(ListenSettings listen)
    {
        int[] ports = [listen.SiloPort, listen.GatewayPort, listen.RestPort];
        return ports.Distinct().Count() == ports.Length
            ? []
            : [$"{ListenSettings.Section}: SiloPort, GatewayPort and RestPort must be three different ports."];
    }

    private static IEnumerable<string> KeyProblems(ApiOptions api) =>
        from key in api.Keys.Index()
        where api.Keys.Take(key.Index).Any(other => other.Name == key.Item.Name)
        select $"{ApiOptions.Section}:{nameof(ApiOptions.Keys)}:{key.Index}:Name '{key.Item.Name}' is there twice.";

    // The log's directory is emptied of what does not belong there, so nothing else may live in it.
    private static IEnumerable<string> DirectoryProblems(NodeSettings node)
    {
        if (node.DataDirectory.Length == 0 || node.LogDirectory.Length == 0)
        {
            yield break;
        }

        var data = WithSlash(node.DataDirectory);
        var log = WithSlash(node.LogDirectory);
        if (data.StartsWith(log, StringComparison.Ordinal) || log.StartsWith(data, StringComparison.Ordinal))
        {
            yield return "TimeMachine:Node: DataDirectory and LogDirectory must not be the same or one in the other.";
        }
    }

    private static string WithSlash(string path) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;

    private static IEnumerable<string> SqlProblems(SqlSettings sql, NodeSettings node)
    {
        const string Key = SqlSettings.Section + ":" + nameof(SqlSettings.ConnectionString);
        if (sql.Provider is not (SqlSettings.Sqlite or SqlSettings.PostgreSql))
        {
            return [];
        }

        if (sql.Provider == SqlSettings.PostgreSql && string.IsNullOrWhiteSpace(sql.ConnectionString))
        {
            return [$"{Key} is empty: {SqlSettings.PostgreSql} needs one."];
        }

        try
        {
            DbConnectionStringBuilder read = sql.Provider == SqlSettings.PostgreSql
                ? new NpgsqlConnectionStringBuilder(sql.ConnectionString)
                : new SqliteConnectionStringBuilder(sql.ConnectionString);
            return read is SqliteConnectionStringBuilder file ? FileProblems(file.DataSource, node) : [];
        }
        catch (Exception found) when (found is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The reason may quote the text, and with it a password.
            return [$"{Key} is refused. Allowed: a connection string for {sql.Provider}."];
        }

        static IEnumerable<string> FileProblems(string path, NodeSettings node) =>
            path is "" or ":memory:" || path.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
                ? [$"{Key} is refused. Allowed for {SqlSettings.Sqlite}: Data Source=FILE."]
                : node.LogDirectory.Length > 0
                    && WithSlash(path).StartsWith(WithSlash(node.LogDirectory), StringComparison.Ordinal)
                    ? [$"{Key} is refused: the file may not be in the node's LogDirectory, where only the log lives."]
                    : [];
    }
}
