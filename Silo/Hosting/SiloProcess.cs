using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using TimeMachine.Grains.Cluster;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Sql;

namespace TimeMachine.Silo.Hosting;

/// <summary>
/// The life of a node's process. A start that fails because the SQL database is away is tried again; anything else ends
/// the process with a status that tells its supervisor whether to start it again.
/// </summary>
internal sealed partial class SiloProcess(SiloSettings settings, ILogger logger, TimeProvider time)
{
    /// <summary>Stopped as asked.</summary>
    public const int Stopped = 0;

    /// <summary>Ended by an error; a new start may help.</summary>
    public const int Failed = 1;

    /// <summary>A new start does not help before the settings are changed.</summary>
    public const int BadConfiguration = 2;

    /// <summary>A new start does not help before somebody decides what is to become of the disk or the plan.</summary>
    public const int NeedsDecision = 3;

    /// <summary>Another process has the data directory; a new start helps when that one has ended.</summary>
    public const int DirectoryInUse = 4;

    /// <summary>The disk has no room for a start; a new one helps when there is some.</summary>
    public const int StorageFull = 5;

    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(5);

    /// <summary>Runs the node until it is told to stop.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync()
    {
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        return await RunAsync(stop);

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

    /// <summary>What a status means.</summary>
    public static int StatusOf(NodeStartProblem problem) => problem switch
    {
        NodeStartProblem.Failed => Failed,
        NodeStartProblem.DirectoryInUse => DirectoryInUse,
        NodeStartProblem.NeedsDecision => NeedsDecision,
        NodeStartProblem.StorageFull => StorageFull,
        _ => throw new ArgumentOutOfRangeException(nameof(problem), problem, "not a problem that is known"),
    };

    /// <summary>Runs the node until it is told to stop.</summary>
    /// <param name="stop">Tells it; also used by the node itself if it cannot start.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(CancellationTokenSource stop)
    {
        var status = Stopped;
        try
        {
            var sql = new SqlDatabase(settings.Sql);
            await using var app = await StartAsync(
                token => StartOnceAsync(sql, EndWith, token), time, LogAway, stop.Token);
            LogRunning(settings.Node.Name, settings.Cluster.Id, settings.Listen.Address, settings.Listen.RestPort);
            await app.WaitForShutdownAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogGivenUp(settings.Node.Name);
        }
        catch (BadSettingsException found)
        {
            LogBadSettings(found.Message);
            return BadConfiguration;
        }
        catch (Exception error) when (SqlDatabase.IsMisconfigured(error))
        {
            LogMisconfigured(SqlSettings.Section + ":" + nameof(SqlSettings.ConnectionString), error.Message);
            return BadConfiguration;
        }
        catch (Exception error) when (IsPortInUse(error))
        {
            var listen = settings.Listen;
            LogPortInUse(listen.SiloPort, listen.GatewayPort, listen.RestPort, error.Message);
            return Failed;
        }
        catch (Exception error)
        {
            // A node that could not start has said why already; that it does not stop well either says less.
            LogFailed(error, settings.Node.Name);
            return status == Stopped ? Failed : status;
        }

        LogStopped(settings.Node.Name, status);
        return status;

        void EndWith(NodeStartProblem problem, string reason)
        {
            status = StatusOf(problem);
            stop.Cancel();
        }
    }

    // A host that failed to start cannot be started again, so each try has its own.
    private async Task<WebApplication> StartOnceAsync(
        SqlDatabase sql, Action<NodeStartProblem, string> cannotStart, CancellationToken cancellation)
    {
        await sql.EnsureSchemaAsync(cancellation);
        var app = SiloHost.Build(settings, sql, cannotStart);
        try
        {
            await app.StartAsync(cancellation);
            return app;
        }
        catch (Exception)
        {
            await EndAsync(app);
            throw;
        }
    }

    // What had started already, as the node when only the port of the REST interface is taken, leaves in good order.
    private async Task EndAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync(CancellationToken.None);
        }
        catch (Exception error)
        {
            LogNotStopped(error.GetBaseException().Message);
        }

        await app.DisposeAsync();
    }

    private static bool IsPortInUse(Exception error) => SqlDatabase.Causes(error).Any(cause =>
        cause is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse });

    // The message of the error only: its data may hold the connection string.
    private void LogAway(int attempt, TimeSpan pause, Exception error) =>
        LogSqlAway(attempt, pause.TotalSeconds, error.GetBaseException().Message);
}
