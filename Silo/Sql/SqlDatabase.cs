using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Sql;

/// <summary>The cluster's SQL database, as Orleans and the schema reach it.</summary>
internal sealed class SqlDatabase
{
    private const int BusySeconds = 5;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNoDatabase = 26;

    private readonly bool _isSqlite;

    /// <summary>Takes checked settings. The directory of a file is made.</summary>
    /// <exception cref="BadSettingsException">It cannot be made.</exception>
    public SqlDatabase(SqlSettings settings)
    {
        _isSqlite = settings.Provider == SqlSettings.Sqlite;
        ConnectionString = _isSqlite ? ForSqlite(settings.ConnectionString) : settings.ConnectionString;
    }

    /// <summary>What Orleans calls the provider. Its name for SQLite is not that of the package that it loads.
    /// </summary>
    public string Invariant => _isSqlite ? "System.Data.SQLite" : "Npgsql";

    /// <summary>The connection string; a secret.</summary>
    public string ConnectionString { get; }

    /// <summary>The embedded script.</summary>
    public string Script => ReadScript(_isSqlite ? "sqlite.sql" : "postgresql.sql");

    /// <summary>Creates what the cluster needs if it is not there yet; any number of nodes may do so at once.</summary>
    public Task EnsureSchemaAsync(CancellationToken cancellation) =>
        new SqlSchema(this).EnsureAsync(cancellation);

    /// <summary>A new connection, closed.</summary>
    public DbConnection CreateConnection() =>
        _isSqlite ? new SqliteConnection(ConnectionString) : new NpgsqlConnection(ConnectionString);

    /// <summary>Begins the one transaction that may change the schema.</summary>
    public static async Task<DbTransaction> BeginExclusiveAsync(DbConnection connection, CancellationToken cancellation)
    {
        if (connection is SqliteConnection sqlite)
        {
            // Readers then never wait for a writer. It holds for the life of the file, and is not set in a transaction.
            await SqlSchema.ExecuteAsync(connection, null, "PRAGMA journal_mode = WAL", cancellation);
            return sqlite.BeginTransaction(deferred: false);
        }

        var transaction = await connection.BeginTransactionAsync(cancellation);
        await SqlSchema.ExecuteAsync(
            connection, transaction, $"SELECT pg_advisory_xact_lock({SqlSchema.LockKey})", cancellation);
        return transaction;
    }

    /// <summary>Whether an error of the database may be over by itself: nobody answers, or others are at it.</summary>
    public static bool IsAway(Exception error) => Causes(error).Any(cause => cause switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState[..2] is "08" or "53" or "57",
        NpgsqlException npgsql => npgsql.IsTransient,
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteBusy or SqliteLocked,
        _ => false,
    });

    /// <summary>Whether an error says that the connection string is wrong: user, password, database, rights, file; or
    /// that the server wants what it does not have, as a password or TLS.</summary>
    public static bool IsMisconfigured(Exception error) => Causes(error).Any(cause => cause switch
    {
        PostgresException postgres => postgres.SqlState[..2] is "28" or "3D" || postgres.SqlState == "42501",
        NpgsqlException npgsql => !npgsql.IsTransient,
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteCannotOpen or SqliteNoDatabase or SqliteReadOnly,
        _ => false,
    });

    /// <summary>An error and all that it comes from.</summary>
    public static IEnumerable<Exception> Causes(Exception error) => error is AggregateException many
        ? many.Flatten().InnerExceptions.SelectMany(Causes)
        : error.InnerException is { } inner ? Causes(inner).Prepend(error) : [error];

    // A pooled connection keeps the write lock for ever when a statement dies between BEGIN and COMMIT.
    private static string ForSqlite(string given)
    {
        var builder = new SqliteConnectionStringBuilder(given) { Pooling = false, DefaultTimeout = BusySeconds };
        builder.DataSource = Path.GetFullPath(builder.DataSource);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(builder.DataSource)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadSettingsException(
                $"{SqlSettings.Section}:{nameof(SqlSettings.ConnectionString)}: no directory for its file: "
                + error.Message);
        }

        return builder.ToString();
    }

    private static string ReadScript(string name)
    {
        using var stream = typeof(SqlDatabase).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
