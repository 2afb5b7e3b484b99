using System.Data.Common;
using System.Globalization;

namespace TimeMachine.Silo.Sql;

/// <summary>Creates the tables and statements of Orleans, once per version of our scripts.</summary>
internal sealed class SqlSchema(SqlDatabase database)
{
    /// <summary>Goes up by one with each change of a script. An older program leaves a newer schema as it is.</summary>
    public const int Version = 1;

    /// <summary>The advisory lock in PostgreSQL; any number that nobody else takes.</summary>
    public const long LockKey = 0x54_4D_44_42;

    private const string CreateVersions = "CREATE TABLE IF NOT EXISTS TimeMachineSchema (Version integer NOT NULL)";
    private const string ReadVersion = "SELECT coalesce(max(Version), 0) FROM TimeMachineSchema";

    /// <summary>Creates or updates the schema if its version is lower; else it changes nothing.</summary>
    /// <exception cref="DbException">The database refuses or does not answer.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await using var connection = database.CreateConnection();
        await connection.OpenAsync(cancellation);
        await using var transaction = await SqlDatabase.BeginExclusiveAsync(connection, cancellation);
        await ExecuteAsync(connection, transaction, CreateVersions, cancellation);
        if (await VersionAsync(connection, transaction, cancellation) < Version)
        {
            await ExecuteAsync(connection, transaction, database.Script, cancellation);
            await ExecuteAsync(connection, transaction, "DELETE FROM TimeMachineSchema", cancellation);
            await ExecuteAsync(
                connection, transaction, $"INSERT INTO TimeMachineSchema (Version) VALUES ({Version})", cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Runs a text of ours; it never holds anything that came from outside.</summary>
    public static async Task ExecuteAsync(
        DbConnection connection, DbTransaction? transaction, string text, CancellationToken cancellation)
    {
        await using var command = Command(connection, transaction, text);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<int> VersionAsync(
        DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        await using var command = Command(connection, transaction, ReadVersion);
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string text)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        return command;
    }
}
