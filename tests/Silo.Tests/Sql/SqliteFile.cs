using Microsoft.Data.Sqlite;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Tests.Sql;

/// <summary>A SQLite database in a directory of its own.</summary>
internal sealed class SqliteFile : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("time-machine-sql-").FullName;

    public SqliteFile() => Database = new SqlDatabase(
        new SqlSettings { ConnectionString = $"Data Source={DatabasePath}" });

    public SqlDatabase Database { get; }

    private string DatabasePath => Path.Combine(_directory, "deep", "cluster.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }
}
