using System.Runtime.InteropServices;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Hosting;

/// <summary>
/// The life of a node's process. A start that fails because the SQL database is away is tried again; anything else ends
/// the process, and its supervisor starts it again, but not after <see cref="BadConfiguration"/>.
/// </summary>
internal sealed partial class SiloProcess(SiloSettings settings, ILogger logger, TimeProvider time)
{
    /// <summary>Stopped as asked.</summary>
    public const int Stopped = 0;

    /// <summary>Ended by an error; a new start may help.</summary>
    public const int Failed = 1;

    /// <summary>A new start does not help before the settings are changed.</summary>
    public const int BadConfiguration = 2;

    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(5);

    /// <summary>Runs the node until it is told to stop.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        try
        {
            var sql = new SqlDatabase(settings.Sql);
            await using var app = await StartAsync(
                token => StartOnceAsync(sql, token), time, LogAway, stop.Token);
            LogRunning(settings.Node.Name, settings.Cluster.Id, settings.Listen.Address, settings.Listen.RestPort);
            await app.WaitForShutdownAsync(stop.Token);
            LogStopped(settings.Node.Name);
            return Stopped;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(settings.Node.Name);
            return Stopped;
        }
        catch (Exception error) when (SqlDatabase.IsMisconfigured(error))
        {
            LogMisconfigured(SqlSettings.Section + ":" + nameof(SqlSettings.ConnectionString), error.Message);
            return BadConfiguration;
        }
        catch (Exception error)
        {
            LogFailed(error, settings.Node.Name);
            return Failed;
        }

        void Ask(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Starts something that needs the SQL database, again and again while that is away.</summary>
    /// <param name="start">One try.</param>
    /// <param name="time">Measures the pauses.</param>
    /// <param name="onAway">Told of each failed try: its number, the pause that follows, and the error.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<T> StartAsync<T>(
        Func<CancellationToken, Task<T>> start,
        TimeProvider time,
        Action<int, TimeSpan, Exception> onAway,
        CancellationToken cancellation)
    {
        var pause = BackoffMin;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await start(cancellation);
            }
            catch (Exception error) when (SqlDatabase.IsAway(error) && !SqlDatabase.IsMisconfigured(error))
            {
                onAway(attempt, pause, error);
            }

            await Task.Delay(pause, time, cancellation);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, BackoffMax.Ticks));
        }
    }

    // A host that failed to start cannot be started again, so each try has its own.
    private async Task<WebApplication> StartOnceAsync(SqlDatabase sql, CancellationToken cancellation)
    {
        await sql.EnsureSchemaAsync(cancellation);
        var app = SiloHost.Build(settings, sql);
        try
        {
            await app.StartAsync(cancellation);
            return app;
        }
        catch (Exception)
        {
            await app.DisposeAsync();
            throw;
        }
    }

    // The message of the error only: its data may hold the connection string.
    private void LogAway(int attempt, TimeSpan pause, Exception error) =>
        LogSqlAway(attempt, pause.TotalSeconds, error.GetBaseException().Message);
}
