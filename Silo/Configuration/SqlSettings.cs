using System.ComponentModel.DataAnnotations;

namespace TimeMachine.Silo.Configuration;

/// <summary>The database that holds the members and the plan of the cluster; it holds no jobs.</summary>
public sealed class SqlSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "TimeMachine:Sql";

    /// <summary>A file of this machine.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>A PostgreSQL server.</summary>
    public const string PostgreSql = "postgresql";

    /// <summary>The kind of database: sqlite (all nodes on one machine) or postgresql.</summary>
    [AllowedValues(Sqlite, PostgreSql)]
    public string Provider { get; set; } = Sqlite;

    /// <summary>How to reach it. SQLite's default is cluster.db beside the data directory.</summary>
    [Secret]
    public string ConnectionString { get; set; } = "";
}
