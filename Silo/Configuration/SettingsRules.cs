using System.Data.Common;
using System.Net;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TimeMachine.Silo.Configuration;

/// <summary>Checks what sections must be to each other.</summary>
internal static class SettingsRules
{
    private static readonly string[] Scopes = ["read", "write", "admin"];

    /// <summary>What is wrong.</summary>
    public static IEnumerable<string> ProblemsOf(SiloSettings settings) =>
    [
        .. AddressProblems(settings),
        .. PortProblems(settings.Listen),
        .. TlsProblems(settings.Tls),
        .. KeyProblems(settings.Api),
        .. DirectoryProblems(settings.Node),
        .. SqlProblems(settings.Sql),
    ];

    private static IEnumerable<string> AddressProblems(SiloSettings settings)
    {
        const string Rest = ListenSettings.Section + ":" + nameof(ListenSettings.Address);
        const string Silo = ListenSettings.Section + ":" + nameof(ListenSettings.SiloAddress);
        var isOpen = settings.Api is { Enabled: true, AllowAnonymous: false, Keys.Count: 0 };
        if (!IPAddress.TryParse(settings.Listen.Address, out var rest))
        {
            yield return $"{Rest} '{settings.Listen.Address}' is refused. Allowed: an IP address.";
        }
        else if (!IPAddress.IsLoopback(rest) && isOpen)
        {
            yield return $"{Rest} is {rest}, off loopback: that needs {ApiSettings.Section}:{nameof(ApiSettings.Keys)}, "
                + $"or {ApiSettings.Section}:{nameof(ApiSettings.AllowAnonymous)}=true to let anyone in.";
        }

        if (!IPAddress.TryParse(settings.Listen.SiloAddress, out var silo) || IsAny(silo))
        {
            yield return $"{Silo} '{settings.Listen.SiloAddress}' is refused. Allowed: the IP address that other nodes "
                + "connect to.";
        }
        else if (!IPAddress.IsLoopback(silo) && !settings.Tls.IsOn)
        {
            yield return $"{Silo} is {silo}, off loopback: that needs {TlsSettings.Section} with all three files.";
        }
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IEnumerable<string> PortProblems(ListenSettings listen)
    {
        int[] ports = [listen.SiloPort, listen.GatewayPort, listen.RestPort];
        return ports.Distinct().Count() == ports.Length
            ? []
            : [$"{ListenSettings.Section}: SiloPort, GatewayPort and RestPort must be three different ports."];
    }

    private static IEnumerable<string> TlsProblems(TlsSettings tls) =>
        from file in new[]
        {
            (Key: nameof(TlsSettings.CertificateFile), Path: tls.CertificateFile),
            (Key: nameof(TlsSettings.KeyFile), Path: tls.KeyFile),
            (Key: nameof(TlsSettings.AuthorityFile), Path: tls.AuthorityFile),
        }
        where tls.IsOn && !File.Exists(file.Path)
        select $"{TlsSettings.Section}:{file.Key} '{file.Path}' is no file. Allowed: all three files, or none.";

    private static IEnumerable<string> KeyProblems(ApiSettings api)
    {
        foreach (var (index, key) in api.Keys.Index())
        {
            var path = $"{ApiSettings.Section}:{nameof(ApiSettings.Keys)}:{index}";
            if (api.Keys.Take(index).Any(other => other.Name == key.Name))
            {
                yield return $"{path}:{nameof(key.Name)} '{key.Name}' is there twice.";
            }

            foreach (var scope in key.Scopes.Where(scope => !IsScope(scope)))
            {
                yield return $"{path}:{nameof(key.Scopes)} '{scope}' is refused. Allowed: read:DB, write:DB or admin:DB, "
                    + "with a database's name or *.";
            }
        }
    }

    private static bool IsScope(string scope)
    {
        var cut = scope.IndexOf(':', StringComparison.Ordinal);
        return cut > 0 && cut < scope.Length - 1 && Scopes.Contains(scope[..cut]);
    }

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

    private static IEnumerable<string> SqlProblems(SqlSettings sql)
    {
        const string Key = SqlSettings.Section + ":" + nameof(SqlSettings.ConnectionString);
        if (sql.Provider == SqlSettings.PostgreSql && string.IsNullOrWhiteSpace(sql.ConnectionString))
        {
            return [$"{Key} is empty: {SqlSettings.PostgreSql} needs one."];
        }

        try
        {
            DbConnectionStringBuilder read = sql.Provider == SqlSettings.PostgreSql
                ? new NpgsqlConnectionStringBuilder(sql.ConnectionString)
                : new SqliteConnectionStringBuilder(sql.ConnectionString);
            return read is SqliteConnectionStringBuilder { DataSource: "" or ":memory:" }
                ? [$"{Key} is refused. Allowed for {SqlSettings.Sqlite}: Data Source=FILE."]
                : [];
        }
        catch (Exception found) when (found is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The reason may quote the text, and with it a password.
            return [$"{Key} is refused. Allowed: a connection string for {sql.Provider}."];
        }
    }
}
